"""What an update comes to, before anything is written: files, records, and what is told."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fastforge.changes.plan import Action, Change, Plan
from fastforge.errors import ConflictError
from fastforge.merging.merge import Told
from fastforge.project.paths import inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of the folder `root` when it goes from one version or commit to another.

    `files` are written first, `finish` when no conflict is left: what records the new version.
    None is a file that goes. `conflicts` are the files that a person has to look at in between,
    `notes` what is said besides, `facts` the same for machines. `executable` are new files to run.
    """

    root: Path
    before: str
    after: str
    files: Mapping[str, bytes | None]
    finish: Mapping[str, bytes | None]
    told: tuple[Told, ...] = ()
    conflicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    executable: frozenset[str] = frozenset()

    @property
    def plan(self) -> Plan:
        """What writing it changes now: all of it, or what comes before the conflicts are solved."""
        finish = {} if self.conflicts else self.finish
        return plan_of(self.root, {**self.files, **finish})

    @property
    def is_nothing(self) -> bool:
        """Whether the folder is already as it is to be."""
        return not plan_of(self.root, {**self.files, **self.finish}).pending


def plan_of(root: Path, files: Mapping[str, bytes | None]) -> Plan:
    """Plan to write files over what is there, or to remove them; sorted by path.

    Raises ConflictError where a link or a folder is, which may hold what nobody has looked at.
    """
    return Plan(root, tuple(_change(root, path, files[path]) for path in sorted(files)))


def _change(root: Path, path: str, after: bytes | None) -> Change:
    before = ordinary_file(root, path)
    return Change(path, _action(before, after), before, after)


def ordinary_file(root: Path, path: str) -> bytes | None:
    """Read a file of the project, None if it is not there; raises ConflictError if it is none."""
    place = inside(root, path)
    if not os.path.lexists(place):
        return None
    if place.is_file() and not place.is_symlink():
        return place.read_bytes()
    problem = f"{path} is a link or a folder, where the update has a file."
    raise ConflictError(problem, "Move it away, then run the command again.")


def _action(before: bytes | None, after: bytes | None) -> Action:
    if before == after:
        return Action.UNCHANGED
    if before is None:
        return Action.CREATE
    return Action.REMOVE if after is None else Action.REPLACE
