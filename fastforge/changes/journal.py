"""What a transaction is about to do, and putting the project right after it, however far it came.

The stage alone tells how far a run came: a new file that has left it was put in place, an old file
in it was taken away. Only the file `committed` makes the changes final. A stage without a journal
is rubbish: the journal is made last before the first move, and removed first after the last.

A journal moves and removes files, so it is followed only if this user made it on this machine for
this folder: its digest is kept in the user's own folder, where no clone of a project can put it.
"""

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge.changes.plan import Change, read_file
from fastforge.errors import FastforgeError
from fastforge.project.paths import inside, read_bounded
from fastforge.project.record import digest
from fastforge.project.state import keep, own_folder

_JOURNALS = "journals"


@dataclass(frozen=True, slots=True)
class _Step:
    """One file: where it goes, and the digest of what will be there (None: nothing)."""

    path: str
    after: str | None


def write_journal(stage: Path, changes: Sequence[Change], root: Path) -> None:
    """Note where each file of `changes` goes, and the folders that are not there yet."""
    steps = [[c.path, None if c.after is None else digest(c.after)] for c in changes]
    folders = {folder for c in changes for folder in Path(c.path).parents}
    absent = [str(folder) for folder in folders if not (root / folder).exists()]
    run = {"stage": os.path.realpath(stage), "run": os.urandom(16).hex()}
    draft = stage / "journal.draft"
    content = json.dumps({**run, "steps": steps, "folders": absent}).encode()
    draft.write_bytes(content)
    with suppress(OSError):  # no home that can be written: then nobody but this run can undo it
        keep(own_folder(_JOURNALS, root), digest(content), "")
    draft.rename(stage / "journal")


def has_journal(stage: Path) -> bool:
    """Tell whether a stage is more than rubbish."""
    return os.path.lexists(stage / "journal")


def is_ours(stage: Path, root: Path) -> bool:
    """Tell whether a run of this user on this machine wrote the journal of a stage."""
    try:
        content = read_bounded(stage / "journal")
        written: object = json.loads(content)["stage"]
        known = (own_folder(_JOURNALS, root) / digest(content)).is_file()
    except (FastforgeError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    return known and written == os.path.realpath(stage)


def settle(stage: Path, root: Path) -> None:
    """Leave the project as it was, or as it is to be if the changes were final; drop the stage.

    Its journal, if it has one, must be ours.
    """
    if (stage / "journal").exists():
        content = (stage / "journal").read_bytes()
        journal = json.loads(content)
        steps = [_Step(*step) for step in journal["steps"]]
        if (stage / "committed").exists():
            gone = [step.path for step in steps if step.after is None]
            _remove_empty(root, [str(folder) for path in gone for folder in Path(path).parents])
        else:
            _undo_all(steps, stage, root)
            _remove_empty(root, journal["folders"])
        (stage / "journal").unlink()
        with suppress(OSError):  # as above
            (own_folder(_JOURNALS, root) / digest(content)).unlink()
    shutil.rmtree(stage, ignore_errors=True)


def _undo_all(steps: Sequence[_Step], stage: Path, root: Path) -> None:
    for number, step in reversed(list(enumerate(steps))):
        old, new = stage / "old" / str(number), stage / "new" / str(number)
        _undo(step, old, new, inside(root, step.path))


def _undo(step: _Step, old: Path, new: Path, target: Path) -> None:
    placed = step.after is not None and not new.exists()
    there = read_file(target)
    if placed and there is not None and digest(there) == step.after:
        target.unlink()
    if os.path.lexists(old) and not os.path.lexists(target):
        old.rename(target)


def _remove_empty(root: Path, folders: Sequence[str]) -> None:
    deepest_first = sorted(set(folders) - {"."}, key=lambda folder: -folder.count("/"))
    for folder in deepest_first:
        with suppress(OSError):  # not empty, or not ours to remove: it does no harm
            if [entry.name for entry in (root / folder).iterdir()] == ["__pycache__"]:
                shutil.rmtree(root / folder / "__pycache__")
            (root / folder).rmdir()
