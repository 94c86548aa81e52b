"""Compares the jobs in the code with the jobs in the store (S5 to S9); a pure function."""

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
) -> Actions:
    """Say what makes the store equal to the code.

    `code` and `store` give the text of each job's schedule by name. `others` has the (name, text)
    pairs that other running processes declare: during a rolling deploy the old code must not take
    away what the new one added, nor the new one what the old one still serves, so these stay.
    """
    served = {name for name, _ in others}
    agreed = {*code.items(), *others}
    both = sorted(code.keys() & store.keys())
    kept = [name for name in both if (name, store[name]) in agreed]
    orphans = sorted(store.keys() - code.keys())
    return Actions(
        added=tuple(sorted(code.keys() - store.keys())),
        rescheduled=tuple(name for name in both if name not in kept),
        kept=tuple(kept + [name for name in orphans if name in served]),
        removed=tuple(name for name in orphans if name not in served),
    )
