#!/bin/sh
# uvicorn with several workers ends with status 0 when the application cannot start.
#
# Version: uvicorn 0.54.0.
# Expected: whatever the number of workers, a service that could not start ends with the same
#   status, and it is not 0: what restarts or alerts "on failure" goes by it.
# Seen: 3 with one worker, 0 with two.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check uvicorn==0.54.0

cat > service.py <<'END'
async def app(scope, receive, send):
    """Fail at start, in the way that ASGI has for it."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
END
cat > finding.py <<'END'
import subprocess
import sys
from importlib.metadata import version


def status(workers):
    command = [sys.executable, "-m", "uvicorn", "service:app", "--port=0", "--lifespan=on"]
    ended = subprocess.run(
        [*command, f"--workers={workers}"], capture_output=True, text=True, timeout=120
    )
    assert "no database" in ended.stderr, ended.stderr
    return ended.returncode


one, two = status(1), status(2)
print(f"version: uvicorn {version('uvicorn')}")
print("expected: one worker ends with 3, two workers end with 3")
print(f"seen: one worker ends with {one}, two workers end with {two}")
sys.exit(0 if (one, two) == (3, 0) else "this has changed")
END
venv/bin/python finding.py
