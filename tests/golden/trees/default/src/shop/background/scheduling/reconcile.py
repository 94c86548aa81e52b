"""Compares the jobs in the code with those in the store; pure functions (S5 to S9, S18)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from .job import Job


@dataclass(frozen=True, slots=True)
class Actions:
    """The changes to make in the store, as names of jobs."""

    added: tuple[str, ...] = ()
    rescheduled: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the store must be changed."""
        return bool(self.added or self.rescheduled or self.removed)

    def __str__(self) -> str:
        """Return the text for the log."""
        named = ("added", "rescheduled", "removed")
        parts = [f"{kind} {', '.join(getattr(self, kind)) or 'none'}" for kind in named]
        return f"{'; '.join(parts)}; kept {len(self.kept)}"


def reconcile(
    code: Mapping[str, str],
    store: Mapping[str, str],
    others: Collection[tuple[str, str]] = (),
    newer: Collection[str] = (),
) -> Actions:
    """Return the changes that make the store equal to the code.

    `code` and `store` have the schedule of each job as text, by name. `others` has the (name, text)
    pairs of other running processes, `newer` the names that later started processes declare. In a
    rolling deploy the newest code wins: older processes leave its schedules alone. A job that only
    older code has stays until the last process of that code ends.
    """
    served = {name for name, _ in others}
    both = sorted(code.keys() & store.keys())
    kept = [name for name in both if store[name] == code[name] or name in newer]
    orphans = sorted(store.keys() - code.keys())
    return Actions(
        added=tuple(sorted(code.keys() - store.keys() - set(newer))),
        rescheduled=tuple(name for name in both if name not in kept),
        kept=tuple(kept + [name for name in orphans if name in served]),
        removed=tuple(name for name in orphans if name not in served),
    )


def missing(
    jobs: Mapping[str, Job], stored: Collection[str], since: Mapping[str, datetime], until: datetime
) -> set[str]:
    """Return the names of enabled jobs that are not stored but due after `since`, else `until`."""
    absent = {name: job for name, job in jobs.items() if job.enabled and name not in stored}
    return {n for n, job in absent.items() if job.schedule.next_after(since.get(n, until))}
