"""Changing files of an existing project: all or nothing.

The new files and a journal are staged in `.fastforge/`, then each file is moved into place, and
what it replaces is moved into the stage. The stage alone tells how far a run came, so that a run
which was killed is undone by the next one: a new file that has left the stage was put in place, an
old file in the stage was taken away. Only the file `committed` makes the changes final. A stage
without a journal is rubbish: the journal is made last before the first move, and removed first
after the last.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge.errors import ConflictError
from fastforge.plan import Change, Plan
from fastforge.record import FOLDER, digest
from fastforge.staging import create_folder, explained, leftovers, locked_folder

_PREFIX = ".apply-"
_UNDONE = "What was begun is undone, now or by the next command; make room or mend permissions."
_AGAIN = "Make room or mend permissions, then run the command again."


@dataclass(frozen=True, slots=True)
class _Step:
    """One file: where it goes, and the digest of what will be there (None: nothing)."""

    path: str
    after: str | None


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


def recover(root: Path) -> None:
    """Undo what a run that was killed had begun in the project `root`.

    Raises SetupError if the file system refuses.
    """
    with explained(f"What a run that was cut off left in {root} cannot be undone", _AGAIN):
        for stage in leftovers(root / FOLDER, _PREFIX):
            _settle(stage, root)


def _change(plan: Plan, stage: Path) -> None:
    try:
        _carry_out(plan.pending, stage, plan.target)
    except BaseException:
        _settle(stage, plan.target)  # if this fails too, the stage stays for the next run
        raise
    with suppress(OSError):  # all is in place: what is left of the stage, the next run removes
        _settle(stage, plan.target)


def _carry_out(changes: Sequence[Change], stage: Path, root: Path) -> None:
    (stage / "old").mkdir()
    (stage / "new").mkdir()
    for number, change in enumerate(changes):
        if change.after is not None:
            (stage / "new" / str(number)).write_bytes(change.after)
    _write_journal(stage, changes, root)
    for number, change in enumerate(changes):
        _move(change, stage / "old" / str(number), stage / "new" / str(number), root / change.path)
    (stage / "committed").touch()


def _move(change: Change, old: Path, new: Path, target: Path) -> None:
    if change.before is not None:
        target.rename(old)
        if old.read_bytes() != change.before:
            raise ConflictError(f"{target} has just changed.", "Run the command again.")
    if change.after is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() or target.is_symlink():
            raise ConflictError(f"{target} has just appeared.", "Run the command again.")
        if change.before is not None:
            shutil.copymode(old, new)
        new.rename(target)


def _write_journal(stage: Path, changes: Sequence[Change], root: Path) -> None:
    steps = [[c.path, None if c.after is None else digest(c.after)] for c in changes]
    folders = {folder for c in changes for folder in Path(c.path).parents}
    absent = [str(folder) for folder in folders if not (root / folder).exists()]
    draft = stage / "journal.draft"
    draft.write_text(json.dumps({"steps": steps, "folders": absent}))
    draft.rename(stage / "journal")


def _settle(stage: Path, root: Path) -> None:
    """Leave the project as it was, or as it is to be if the changes were final; drop the stage."""
    if (stage / "journal").exists():
        journal = json.loads((stage / "journal").read_text())
        steps = [_Step(*step) for step in journal["steps"]]
        if (stage / "committed").exists():
            gone = [step.path for step in steps if step.after is None]
            _remove_empty(root, [str(folder) for path in gone for folder in Path(path).parents])
        else:
            _undo_all(steps, stage, root)
            _remove_empty(root, journal["folders"])
        (stage / "journal").unlink()
    shutil.rmtree(stage, ignore_errors=True)


def _undo_all(steps: Sequence[_Step], stage: Path, root: Path) -> None:
    for number, step in reversed(list(enumerate(steps))):
        _undo(step, stage / "old" / str(number), stage / "new" / str(number), root / step.path)


def _undo(step: _Step, old: Path, new: Path, target: Path) -> None:
    placed = step.after is not None and not new.exists()
    if placed and target.is_file() and digest(target.read_bytes()) == step.after:
        target.unlink()
    if old.exists() and not target.exists():
        old.rename(target)


def _remove_empty(root: Path, folders: Sequence[str]) -> None:
    deepest_first = sorted(set(folders) - {"."}, key=lambda folder: -folder.count("/"))
    for folder in deepest_first:
        with suppress(OSError):  # not empty, or not ours to remove: it does no harm
            if [entry.name for entry in (root / folder).iterdir()] == ["__pycache__"]:
                shutil.rmtree(root / folder / "__pycache__")
            (root / folder).rmdir()
