"""What is told of a file that is not simply what the template says now."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """Why a file is not simply what the template says now."""

    CONFLICT = "conflict"
    """Both changed the same lines: the file holds both, between markers."""
    UNMERGED = "unmerged"
    """It holds no text and both changed it, or a file of the user's is where it needs a folder (or
    a folder where it is a file): the user's is as it was, and the template's is left out."""
    KEPT_DELETED = "kept deleted"
    """The user deleted it and the template changed or renamed it: it stays deleted."""
    KEPT = "kept"
    """The user edited or renamed it and the template dropped it: it stays as the user has it."""
    FOLLOWED = "followed"
    """The user renamed it: the template's change is in the file of the user's name."""
    MOVED = "moved"
    """The template renamed it: the user's edits are in the file of the new name."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: its path in the result, and the other one where it was renamed.

    `other` is the template's path for FOLLOWED, KEPT_DELETED and a CONFLICT in a file that the user
    renamed, the path before for MOVED and KEPT, and what is in the way for UNMERGED.
    """

    path: str
    fate: Fate
    other: str = ""
