"""Lateness of due runs and database statements a due time, against the number of processes.

Each job is due every second. `due_times.py SECONDS PROCESSESxJOBS...`
"""

import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from shop.background import RunContext
from shop.background.execution import no_observer
from shop.background.models import Run
from shop.background.scheduling import Every, Job
from shop.background.services import Services
from shop.database import Database
from shop.database.schema import open_database, upgrade
from shop.settings import Settings
from sqlalchemy import event, select


def nothing(_context: RunContext) -> None:
    """Do nothing."""


def process(url: str, jobs: int, seconds: int) -> None:
    """Be one of the processes: run for `seconds`, print how many statements it took."""
    logging.disable()
    each = timedelta(seconds=1)
    registry = {
        f"job_{n}": Job(name=f"job_{n}", schedule=Every(each), function=nothing, max_instances=5)
        for n in range(jobs)
    }
    statements: Counter[str] = Counter()

    def count(*arguments: object) -> None:
        statements[str(arguments[2]).split()[0]] += 1

    settings = Settings(database_url=url)
    with open_database(url, migrate=True) as database:
        services = Services.build(settings, database, registry, no_observer)
        event.listen(database.engine, "before_cursor_execute", count)
        services.start()
        time.sleep(seconds)
        services.stop()
    print(json.dumps(statements))


def measure(processes: int, jobs: int, seconds: int) -> dict[str, object]:
    """Start the processes, then read lateness from the ledger; give the figures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.db"
        database = Database(url)
        upgrade(database)
        command = [sys.executable, __file__, "--process", url, str(jobs), str(seconds)]
        started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
        outputs = [process.communicate()[0] for process in started]
        statements = sum(sum(json.loads(output).values()) for output in outputs)
        with database.snapshot() as session:
            runs = session.execute(select(Run.due_at, Run.started_at, Run.state)).all()
        database.close()
    late = sorted(
        (started_at - due_at).total_seconds() for due_at, started_at, _ in runs if started_at
    )
    states = Counter(str(state) for _, _, state in runs)
    percentile = late[int(len(late) * 0.99)]
    print(
        f"{processes} processes, {jobs} due times a second: {len(runs)} recorded {dict(states)},"
        f" late by {statistics.median(late):.3f} s in the median, {percentile:.3f} s at 99 %,"
        f" {statements / len(runs):.1f} statements each"
    )
    return {
        "case": f"{processes} processes, {jobs} due times a second",
        "late_median_seconds": round(statistics.median(late), 4),
        "late_p99_seconds": round(percentile, 4),
        "statements_each": round(statements / len(runs), 2),
    }


def main() -> None:
    """Measure, or be a process of the measurement."""
    if sys.argv[1] == "--process":
        process(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        return
    print(datetime.now(UTC).date())
    cases = [case.split("x") for case in sys.argv[2:]]
    found = [measure(int(count), int(jobs), int(sys.argv[1])) for count, jobs in cases]
    print(json.dumps({"cases": found}))


if __name__ == "__main__":
    main()
