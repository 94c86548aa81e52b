#!/bin/sh
# A Celery worker whose start-up function raised goes on, and takes messages.
#
# Version: Celery 5.7.0, with its broker in memory and one task sent by the worker itself.
# Expected: a function of the signal worker_init, which is for what must be there before the first
#   task (a pool of connections, say), ends the worker with an error when it raises.
# Seen: the error is logged, the worker is ready and runs tasks without what was to be made. Only
#   SystemExit ends it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check celery==5.7.0

cat > finding.py <<'END'
import sys
from importlib.metadata import version

from celery import Celery, signals

app = Celery("finding", broker="memory://")
app.conf.update(worker_pool="solo", worker_redirect_stdouts=False)
made = []
ran_without = []


@signals.worker_init.connect
def make(**_of_celery):
    if "exit" in sys.argv:
        sys.exit(3)
    raise ConnectionError("the database does not answer")


@app.task
def use():
    ran_without.append(not made)
    app.control.shutdown()


@signals.worker_ready.connect
def send(**_of_celery):
    use.delay()


def code_of_worker():
    try:
        app.worker_main(["--quiet", "worker"])
    except SystemExit as ending:
        return ending.code or 0
    return 0


code = code_of_worker()
if "exit" in sys.argv:
    sys.exit(code)
print("version:", version("celery"))
print("expected: the worker ends with an error, tasks run: 0")
print(f"seen: the worker ends with {code}, tasks run: {len(ran_without)}")
sys.exit(0 if (code, ran_without) == (0, [True]) else "this has changed")
END
C_FORCE_ROOT=1 venv/bin/python finding.py 2> log || { cat log; exit 1; }
C_FORCE_ROOT=1 venv/bin/python finding.py exit && exit 1 || echo "with SystemExit(3): ends with $?"
