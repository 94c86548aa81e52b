"""Changing files of an existing project: all or nothing.

The new files and a journal are staged in `.fastforge/`, then each file is moved into place, and
what it replaces is moved into the stage. A run that was killed is undone by the next one.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fastforge.changes.journal import has_journal, is_ours, settle, write_journal
from fastforge.changes.plan import Change, Plan, read_file
from fastforge.changes.staging import create_folder, explained, leftovers, locked_folder
from fastforge.errors import ConflictError
from fastforge.project.paths import inside
from fastforge.project.record import FOLDER

_PREFIX = ".apply-"
_UNDONE = "What was begun is undone, now or by the next command; make room or mend permissions."
_AGAIN = "Make room or mend permissions, then run the command again."


def apply(plan: Plan) -> None:
    """Carry out a plan, wholly or not at all.

    Raises ConflictError if a file is in the way or has changed since the plan was made, SetupError
    if the file system refuses.
    """
    plan.refuse_conflicts("Move it away, or choose another name.")
    if not plan.pending:
        return
    if not plan.target.exists():
        files = {change.path: change.after for change in plan.changes if change.after is not None}
        create_folder(files, plan.target)
        return
    with explained(f"{plan.target} cannot be written", _UNDONE):
        (plan.target / FOLDER).mkdir(exist_ok=True)
        with locked_folder(plan.target / FOLDER, _PREFIX) as stage:
            _change(plan, stage)


def recover(root: Path) -> list[Path]:
    """Undo what a run that was killed had begun in the project `root`.

    Gives what was left by no run of this user's on this machine: its journal is not followed.
    Raises SetupError if the file system refuses, FastforgeError if what is there lies outside.
    """
    inside(root, f"{FOLDER}/{_PREFIX}")
    foreign = []
    with explained(f"What a run that was cut off left in {root} cannot be undone", _AGAIN):
        for stage in leftovers(root / FOLDER, _PREFIX):
            if has_journal(stage) and not is_ours(stage, root):
                foreign.append(stage)
            else:
                settle(stage, root)
    return foreign


def _change(plan: Plan, stage: Path) -> None:
    try:
        _carry_out(plan.pending, stage, plan.target)
    except BaseException:
        settle(stage, plan.target)  # if this fails too, the stage stays for the next run
        raise
    with suppress(OSError):  # all is in place: what is left of the stage, the next run removes
        settle(stage, plan.target)


def _carry_out(changes: Sequence[Change], stage: Path, root: Path) -> None:
    (stage / "old").mkdir()
    (stage / "new").mkdir()
    for number, change in enumerate(changes):
        if change.after is not None:
            (stage / "new" / str(number)).write_bytes(change.after)
    write_journal(stage, changes, root)
    for number, change in enumerate(changes):
        _move(change, stage / "old" / str(number), stage / "new" / str(number), root / change.path)
    (stage / "committed").touch()


def _move(change: Change, old: Path, new: Path, target: Path) -> None:
    if change.before is not None:
        target.rename(old)
        if read_file(old) != change.before:
            raise ConflictError(f"{target} has just changed.", "Run the command again.")
    if change.after is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() or target.is_symlink():
            raise ConflictError(f"{target} has just appeared.", "Run the command again.")
        if change.before is not None:
            shutil.copymode(old, new)
        new.rename(target)
