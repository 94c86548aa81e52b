"""`python -m PACKAGE.jobs`: lists the jobs and tasks that discovery finds."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from ..background import Job
from ..background.work import Registry
from ..process.discovery import find_work


def listing(registry: Registry, now: datetime) -> Iterator[str]:
    """Yield a line of columns with tabs: kind, name, and for a job its schedule and due time."""
    for work in registry.values():
        columns = [work.kind, work.name]
        if isinstance(work, Job):
            upcoming = work.schedule.next_after(now) if work.enabled else None
            columns += [work.schedule.describe(), upcoming.isoformat() if upcoming else "never"]
        yield "\t".join(columns)


def main() -> None:
    """Print the list."""
    for line in listing(find_work(), datetime.now(UTC)):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
