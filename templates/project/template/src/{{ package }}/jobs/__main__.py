"""`python -m PACKAGE.jobs`: the jobs and tasks that discovery finds, as a list."""

import sys
from datetime import UTC, datetime

from ..discovery import find_work
from ..scheduling import Job


def main() -> None:
    """Print one line each: kind, name, schedule, next due time."""
    for work in find_work().values():
        line = f"{work.kind}\t{work.name}"
        if isinstance(work, Job):
            upcoming = work.schedule.next_after(datetime.now(UTC)) if work.enabled else None
            line += f"\t{work.schedule.describe()}\t{upcoming.isoformat() if upcoming else 'never'}"
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
