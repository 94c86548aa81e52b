"""Seconds until a scheduler with so many jobs has started: on an empty store, then unchanged."""

import json
import logging
import sys
import tempfile
import time

from shop.background.execution import no_observer
from shop.background.scheduling import Crontab, Job
from shop.background.services import Services
from shop.database.schema import open_database
from shop.settings import Settings


def main() -> None:
    """Print one line a start, then all as JSON."""
    logging.disable()
    count = int(sys.argv[1])
    jobs = {
        f"job_{n}": Job(
            name=f"job_{n}",
            schedule=Crontab(f"{n % 60} {n // 60 % 24} * * *"),
            function=lambda _context: None,
        )
        for n in range(count)
    }
    starts = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/shop.db")
        with open_database(settings.database_url, migrate=True) as database:
            for label in ("all new", "unchanged", "unchanged"):
                services = Services.build(settings, database, jobs, no_observer)
                began = time.perf_counter()
                services.scheduler.start()
                starts.append({"store": label, "seconds": round(time.perf_counter() - began, 3)})
                print(f"{count} jobs, {label}: {starts[-1]['seconds']:.2f} s")
                services.stop()
    print(json.dumps({"jobs": count, "starts": starts}))


if __name__ == "__main__":
    main()
