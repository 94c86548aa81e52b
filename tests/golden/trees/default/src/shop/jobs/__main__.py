"""`python -m PACKAGE.jobs`: lists the jobs and tasks that discovery finds, or runs one job.

`run NAME` runs a job here, with its log on the terminal: once, without retries. `--due-at` is the
due time that the function sees. The exit code is 0 if it has succeeded.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from ..background import Job
from ..background.models import State
from ..background.scheduling.foreground import BusyError, run_here
from ..background.views import Moment
from ..background.work import Registry
from ..database.schema import open_database
from ..process import logs
from ..process.discovery import find_work
from ..process.starting import StartError
from ..settings import Settings

NOT_RUN = 2


def listing(registry: Registry, now: datetime) -> Iterator[str]:
    """Yield a line of columns with tabs: kind, name, and for a job its schedule and due time."""
    for work in registry.values():
        columns = [work.kind, work.name]
        if isinstance(work, Job):
            upcoming = work.schedule.next_after(now) if work.enabled else None
            columns += [work.schedule.describe(), upcoming.isoformat() if upcoming else "never"]
        yield "\t".join(columns)


def run(registry: Registry, name: str, due_at: str) -> int:
    """Run one job; return the exit code."""
    job = registry.get(name)
    if not isinstance(job, Job):
        return _refuse(f"no job named {name}")
    try:
        moment = TypeAdapter[datetime](Moment).validate_python(due_at)
    except ValidationError:
        return _refuse(f"--due-at is a time with a zone, like 2026-11-28T03:30:00Z, not {due_at}")
    settings = Settings()
    logs.configure(settings)
    once = replace(job, retries=0, idempotent=False)
    try:
        with open_database(settings.database_url, migrate=settings.auto_migrate) as database:
            state = run_here(once, moment, settings, database, registry)
    except (BusyError, StartError) as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return 1
    return 0 if state is State.SUCCEEDED else 1


def _refuse(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return NOT_RUN


def main(arguments: list[str]) -> int:
    """Print the list, or run a job; return the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=__doc__)
    running = parser.add_subparsers(dest="command").add_parser("run", help="run a job here, now")
    running.add_argument("name")
    running.add_argument("--due-at", metavar="TIME", default=datetime.now(UTC).isoformat())
    options = parser.parse_args(arguments)
    registry = find_work()
    if options.command == "run":
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C
        return run(registry, options.name, options.due_at)
    for line in listing(registry, datetime.now(UTC)):
        sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
