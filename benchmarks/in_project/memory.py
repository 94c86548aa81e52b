"""Memory of a process after so many tasks, and after more: `memory.py FIRST TOTAL`."""

import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel
from shop.background import RunContext, Task, ledger
from shop.background.execution import no_observer
from shop.background.models import Run, State
from shop.background.services import Services
from shop.database.schema import open_database
from shop.settings import Settings
from sqlalchemy import func, select


class Nothing(BaseModel):
    """A payload."""


def nothing(_payload: Nothing, _context: RunContext) -> None:
    """Do nothing."""


AT_ONCE = 2000
TASK = Task(name="nothing", payload=Nothing, function=nothing)


def resident_mib() -> float:
    """Read how much memory this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def run(services: Services, count: int, total: int) -> None:
    """Queue so many more and wait until `total` have succeeded."""
    for start in range(0, count, AT_ONCE):
        with services.database.transaction() as session:
            for _ in range(min(AT_ONCE, count - start)):
                ledger.add(session, TASK, datetime.now(UTC), payload="{}")
        services.runner.wake()
        succeeded = select(func.count()).where(Run.state == State.SUCCEEDED)
        while True:
            with services.database.snapshot() as session:
                if (session.scalar(succeeded) or 0) >= total - count + start:
                    break
            time.sleep(0.05)


def main() -> None:
    """Print memory twice, and their ratio; then all as JSON."""
    logging.disable()
    some, total = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/shop.db", run_retention_rows=10**9)
        with open_database(settings.database_url, migrate=True) as database:
            services = Services.build(settings, database, {TASK.name: TASK}, no_observer)
            services.start()
            run(services, some, some)
            first, began = resident_mib(), time.perf_counter()
            print(f"after {some:,} tasks: {first:.0f} MiB")
            run(services, total - some, total)
            seconds = time.perf_counter() - began
            last = resident_mib()
            print(f"after {total:,} tasks: {last:.0f} MiB, {last / first:.2f} of that;", end=" ")
            rate = (total - some) / seconds
            print(f"{rate:.0f} tasks a second")
            services.stop()
    memory = [
        {"tasks": some, "rss_mib": round(first, 1)},
        {"tasks": total, "rss_mib": round(last, 1)},
    ]
    print(json.dumps({"memory": memory, "tasks_a_second": round(rate, 1)}))


if __name__ == "__main__":
    main()
