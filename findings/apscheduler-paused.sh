#!/bin/sh
# A paused job of APScheduler that is added again with replace_existing=True is no longer paused.
#
# Versions: APScheduler 3.11.3, SQLAlchemy 2.1.9 for the jobstore.
# Expected: what an operator has paused stays so when the service starts again. A service that
#   adds its jobs at start has to do it with replace_existing=True if the jobstore is kept.
# Seen: a pause is nothing but an empty next_run_time, and the job that replaces it has one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check apscheduler==3.11.3 sqlalchemy==2.1.9

cat > finding.py <<'END'
import sys
from importlib.metadata import version

from apscheduler.schedulers.background import BackgroundScheduler


def report():
    """Be what the job calls."""


def start():
    """Start as a service does: with a jobstore that is kept, and its jobs added."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_jobstore("sqlalchemy", url="sqlite:///jobs.db")
    scheduler.start()
    scheduler.add_job(report, "interval", hours=1, id="report", replace_existing=True)
    return scheduler


def is_paused(scheduler):
    return scheduler.get_job("report").next_run_time is None


first = start()
first.pause_job("report")
before = is_paused(first)
first.shutdown()
second = start()
after = is_paused(second)
second.shutdown()

print("versions:", *(f"{name} {version(name)}" for name in ("apscheduler", "sqlalchemy")))
print("expected: paused before the restart: True, after it: True")
print(f"seen: paused before the restart: {before}, after it: {after}")
sys.exit(0 if (before, after) == (True, False) else "this has changed")
END
venv/bin/python finding.py
