"""Compares the jobs in the code with the jobs in the store (S5 to S9, S18); a pure function."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actions:
    """Names of jobs, by what has to be done to the store."""

    added: tuple[str, ...] = ()
    rescheduled: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the store has to be written."""
        return bool(self.added or self.rescheduled or self.removed)

    def __str__(self) -> str:
        """One log line."""
        named = ("added", "rescheduled", "removed")
        parts = [f"{kind} {', '.join(getattr(self, kind)) or 'none'}" for kind in named]
        return f"{'; '.join(parts)}; kept {len(self.kept)}"


def reconcile(
    code: Mapping[str, str],
    store: Mapping[str, str],
    others: Collection[tuple[str, str]] = (),
    newer: Collection[str] = (),
) -> Actions:
    """Say what makes the store equal to the code.

    `code` and `store` give the text of each job's schedule by name. `others` has the (name, text)
    pairs that other running processes declare, `newer` the names that those of them declare which
    started later. During a rolling deploy the schedule of the newest counts at once, and the old
    code does not put its own back; what only the old code has stays while that serves it.
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
