#!/bin/sh
# A crontab range whose ends are equal means one value, every value or a step, by the library.
#
# Versions: cronsim 2.8, croniter 7.0.0.
# Expected: in crontab(5) a range is inclusive and a step stays within its range: as an hour,
#   `5-5` and `5-5/2` are both 5.
# Seen: croniter reads `5-5` as every hour and `5-5/2` as every even hour; cronsim reads `5-5` as 5
#   but `5-5/2` as 5, 7, 9 and so on up to 23. Neither refuses it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check cronsim==2.8 croniter==7.0.0

cat > finding.py <<'END'
import sys
from datetime import datetime, timedelta
from importlib.metadata import version

from croniter import croniter
from cronsim import CronSim

START, DAY = datetime(2026, 1, 1), timedelta(days=1)


def hours(due_times):
    """Give the hours of the first day."""
    found = []
    for due in due_times:
        if due >= START + DAY:
            return found
        found.append(due.hour)


def readings(field):
    """Give the hours as cronsim and as croniter read them; midnight itself counts."""
    before, expression = START - timedelta(minutes=1), f"0 {field} * * *"
    by_croniter = croniter(expression, before).all_next(datetime)
    return hours(CronSim(expression, before)), hours(by_croniter)


plain, stepped = readings("5-5"), readings("5-5/2")
print("versions:", *(f"{name} {version(name)}" for name in ("cronsim", "croniter")))
print("expected: both read 5-5 and 5-5/2 as 5")
for field, (cronsim_s, croniter_s) in (("5-5", plain), ("5-5/2", stepped)):
    print(f"seen: {field} is", *cronsim_s, "to cronsim,", *croniter_s, "to croniter")
same = plain == ([5], [*range(24)]) and stepped == ([*range(5, 24, 2)], [*range(0, 24, 2)])
sys.exit(0 if same else "this has changed")
END
venv/bin/python finding.py
