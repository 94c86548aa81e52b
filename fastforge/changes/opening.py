"""Opening a project for a command: what a killed run left half done in it is undone first.

Reading alone (`project.read_project`) changes nothing, so it lives in the room below.
"""

from pathlib import Path

from fastforge.changes.transaction import recover
from fastforge.errors import FastforgeError, UsageError
from fastforge.project.copied import enclosing_copy
from fastforge.project.project import Project, enclosing_project, read_project
from fastforge.project.trust import trust
from fastforge.terminal.console import note

_FOREIGN = "{stage} says what to change here, but no run of yours left it: it is not followed."
_OF_COPIER = "What works there is `fastforge update`: it brings the newest version of its template."
_WHY = (
    "If it came with the project, remove it; if you moved the project after a run was killed, what "
    "that run took away is in {stage}/old."
)


def open_project(folder: Path, *, writes: bool = False) -> Project:
    """Read the project that `folder` lies in; raises UsageError if there is none.

    What a killed run of this user's had begun to change in it is undone first. What another's left
    is not followed, and refused for a command that `writes`.
    """
    root = enclosing_project(folder)
    if root is None:
        if copy := enclosing_copy(folder):
            problem = f"{copy} is a project of another template than fastforge's own."
            raise UsageError(problem, _OF_COPIER)
        problem = f"{folder.resolve()} is not in a project that fastforge made."
        raise UsageError(problem, "Go to one, name one with -C, or make one: `fastforge new NAME`.")
    undo_leftovers(root, writes=writes)  # first: the record may be among what is undone
    return read_project(root)


def undo_leftovers(root: Path, *, writes: bool) -> None:
    """Undo what a killed run of this user's had begun to change in the folder `root`.

    What another's left is not followed, and refused for a command that `writes`.
    """
    for stage in recover(root):
        foreign = FastforgeError(_FOREIGN.format(stage=stage), _WHY.format(stage=stage))
        if writes:
            raise foreign
        note(f"note: {foreign}")


def opened_to_write(folder: Path, *, reads_only: bool, trusts: bool = False) -> Project:
    """Open the project that `folder` lies in for a command that writes, unless it only shows.

    With `trusts`, its templates are trusted as they are from now on.
    """
    project = open_project(folder, writes=not reads_only)
    if trusts:
        trust(project)
    return project
