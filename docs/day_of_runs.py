"""Fill the ledger of a project with a day of runs, for `screenshots.py`: `day_of_runs.py URL`."""

import math
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from shop.background import ledger
from shop.background.minutes import Minute
from shop.background.models import Run, State
from shop.database.schema import open_database
from shop.process.discovery import find_work

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
DAY = 24 * 60
BAD_NIGHT = range(500, 560)
ERRORS = {
    "send_email": "SMTPServerDisconnected: Connection unexpectedly closed",
    "post_alert": "ConnectTimeout: the webhook did not answer in 5 s",
    "database_backup": "OSError: [Errno 28] No space left on device: 'backups'",
}
WORK = find_work()
CHANCE = random.Random(7)  # noqa: S311


def minutes() -> Iterator[Minute]:
    """Give more by day than by night, and a mail server that was away for an hour."""
    for age in range(DAY, 1, -1):
        away = age in BAD_NIGHT
        busy = 1 + math.sin((DAY - age) / DAY * 2 * math.pi - 1)
        ended = {State.SUCCEEDED: int(40 * busy + CHANCE.random() * 12)}
        ended[State.FAILED] = 6 if away else int(CHANCE.random() * 1.02)
        for state, runs in ended.items():
            each = 0.08 + 0.05 * CHANCE.random() + (0.4 if away else 0)
            known = {"runs": runs, "seconds": runs * each, "longest": 4 * each if runs else 0}
            yield Minute(minute=NOW - timedelta(minutes=age), state=state, **known)


def run(name: str, due: datetime, seconds: float, *, failed: bool, attempts: int = 1) -> Run:
    """Give a run that has ended."""
    row = ledger.row(WORK[name], due, at=due, payload="{}")
    row |= {"state": State.FAILED if failed else State.SUCCEEDED, "attempt": attempts}
    row |= {"started_at": due, "finished_at": due + timedelta(seconds=seconds), "owner": "web-1"}
    return Run(**row | {"error": ERRORS[name] if failed else None})


def runs() -> Iterator[Run]:
    """Give the runs of the last hours, those of a nightly job, and some for later."""
    for number in range(400):
        name = CHANCE.choice(["send_email", "send_email", "post_alert"])
        due, failed = NOW - timedelta(minutes=CHANCE.uniform(0, 600)), number % 57 == 0
        seconds = CHANCE.uniform(0.05, 1)
        yield run(name, due, seconds, failed=failed, attempts=4 if failed else 1)
    for day in range(8):
        due = NOW.replace(hour=3, minute=30) - timedelta(days=day)
        if due < NOW:
            yield run("database_backup", due, 48, failed=day == 0)
    for hours in (1, 5, 30):
        row = ledger.row(WORK["send_email"], NOW, at=NOW + timedelta(hours=hours), payload="{}")
        yield Run(**row)


with open_database(sys.argv[1], migrate=True) as database, database.transaction() as session:
    session.add_all(minutes())
    session.add_all(runs())
