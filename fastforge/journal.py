"""What a transaction is about to do, and putting the project right after it, however far it came.

The stage alone tells how far a run came: a new file that has left it was put in place, an old file
in it was taken away. Only the file `committed` makes the changes final. A stage without a journal
is rubbish: the journal is made last before the first move, and removed first after the last.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge.plan import Change
from fastforge.record import digest


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
    draft = stage / "journal.draft"
    draft.write_text(json.dumps({"steps": steps, "folders": absent}))
    draft.rename(stage / "journal")


def settle(stage: Path, root: Path) -> None:
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
