#!/bin/sh
# uvicorn with several workers waits for the answer of a worker that has ended.
#
# Version: uvicorn 0.54.0.
# Expected: when a worker ends while uvicorn waits for its answer to a health check, uvicorn notices
#   it at once, since the worker's end of the pipe is closed then.
# Seen: it waits until the health check's timeout, and meanwhile neither replaces the worker nor
#   ends, because it holds the worker's end of the pipe open itself.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check uvicorn==0.54.0

cat > ballast.py <<'END'
import time


class Ballast:
    """Takes two seconds to be freed, as all the modules of a large application may."""

    def __del__(self, sleep=time.sleep):
        sleep(2)


ballast = Ballast()
END
cat > service.py <<'END'
import ballast  # noqa: F401 (it is freed at the end)


async def app(scope, receive, send):
    """Fail at start, in the way that ASGI has for it."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
END
cat > finding.py <<'END'
import subprocess
import sys
import time
from importlib.metadata import version

TIMEOUT = 15


def seconds(workers):
    command = [sys.executable, "-m", "uvicorn", "service:app", "--port=0", "--lifespan=on"]
    command += [f"--workers={workers}", f"--timeout-worker-healthcheck={TIMEOUT}"]
    began = time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "no database" in ended.stderr, ended.stderr
    return time.monotonic() - began


def words(longer):
    return f"takes {'more' if longer else 'less'} than {TIMEOUT} s"


one, two = seconds(1) > TIMEOUT, seconds(2) > TIMEOUT
print(f"version: uvicorn {version('uvicorn')}")
print(f"expected: the end of one that fails {words(False)}, that of two {words(False)}")
print(f"seen: the end of one that fails {words(one)}, that of two {words(two)}")
sys.exit(0 if (one, two) == (False, True) else "this has changed")
END
venv/bin/python finding.py
