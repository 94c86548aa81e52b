"""The three-way merge of whole trees, and what became of each file that both sides touched."""

from dataclasses import dataclass, field
from enum import StrEnum

from fastforge.render import Tree


class Fate(StrEnum):
    """Why a file is not simply what the template says now."""

    CONFLICT = "conflict"
    """Both changed the same lines: the file holds both, between markers."""
    UNMERGED = "unmerged"
    """Both changed it and it holds no text: it is the user's, and the template's is left out."""
    KEPT_DELETED = "kept deleted"
    """The user deleted it and the template changed it: it stays deleted."""
    KEPT = "kept"
    """The user edited it and the template dropped it: it stays as the user has it."""
    FOLLOWED = "followed"
    """The user renamed it: the template's change is in the file of the user's name."""
    MOVED = "moved"
    """The template renamed it: the user's edits are in the file of the new name."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: its path in the result, and the other one where it was renamed."""

    path: str
    fate: Fate
    other: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """The outcome: `files` is what changes in the user's tree (None: the file goes).

    A file that is the same as the user's is not in it.
    """

    files: dict[str, bytes | None] = field(default_factory=dict)
    told: tuple[Told, ...] = ()

    @property
    def conflicts(self) -> tuple[Told, ...]:
        """The files that a person has to look at before the update is finished."""
        return tuple(told for told in self.told if told.fate in {Fate.CONFLICT, Fate.UNMERGED})


def merge(base: Tree, yours: Tree, theirs: Tree, label: str) -> Merge:
    """Merge what the template changed from `base` to `theirs` into `yours`.

    `label` names theirs in markers, such as "fastforge 0.2.0". Raises SetupError if git is missing
    or fails.
    """
    raise NotImplementedError
