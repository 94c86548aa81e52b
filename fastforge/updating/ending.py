"""The end of an update: its version is recorded, or all that it changed is put back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

from fastforge.changes.plan import read_file
from fastforge.changes.staging import make_executable, remove_empty
from fastforge.changes.transaction import apply
from fastforge.errors import ConflictError, UsageError
from fastforge.project.paths import inside
from fastforge.project.project import record_at
from fastforge.project.record import FOLDER, digest
from fastforge.updating.outcome import plan_of
from fastforge.updating.saved import (
    IGNORE,
    IGNORED,
    NOTHING_KEPT,
    Saved,
    records_in,
    saved,
    under_way,
    with_state,
)
from fastforge.updating.yours import some

_MARKS = (b"<<<<<<< ", b">>>>>>> ")
GIVEN_UP = f"{FOLDER}/update/given_up"
"""Where an abort keeps what was written into files of the update since."""
_UNDONE = "Files are as before the update from {} to {}: {}. It was undone in another way."


def finish(root: Path) -> Saved:
    """Record the new version; raises ConflictError while a file has markers of a conflict.

    Raises UsageError if no update waits for this.
    """
    waiting = under_way(root)
    if waiting is None:
        raise UsageError("No update waits to be continued.", "Begin one: fastforge update")
    if left := list(_markers(root, waiting)):
        problem = f"There are markers of a conflict still: {some(left)}."
        raise ConflictError(problem, "Edit these first.")
    replaced = {path for path in _sure(waiting) if waiting.before.get(path) is not None}
    undone = sorted(replaced & _as_before(root, waiting))
    if len(undone) * 2 > len(replaced) or _is_undone(root, waiting):
        problem = _UNDONE.format(waiting.old, waiting.new, some(undone or sorted(waiting.written)))
        raise ConflictError(problem, "Forget it, then begin anew: fastforge update --abort")
    plan = plan_of(root, waiting.finish)
    before = {change.path: change.before for change in plan.pending}
    done = replace(waiting, before={**waiting.before, **before}, finish={}, conflicts=())
    written = {path: _digest_at(root, path) for path in waiting.written}
    after = {c.path: digest(c.after) if c.after is not None else None for c in plan.pending}
    solved = tuple(sorted(_edited(root, waiting)))
    apply(with_state(plan, replace(done, written={**written, **after}, solved=solved)))
    return waiting


def abort(root: Path) -> tuple[Saved, list[str]]:
    """Put back every file that the last update changed; give what is kept of later work.

    Raises UsageError if there was none, ConflictError if a file was edited since it was finished,
    or a part was added since.
    """
    last = saved(root)
    if last is None:
        raise UsageError("There is no update to undo.", "Version control may have what you miss.")
    _refuse_added(root, last)
    if not last.finish:
        _refuse_edited(root, last)
    forgets = bool(last.finish) and _is_undone(root, last)
    files = {} if forgets else last.before
    later = [] if forgets else sorted({*last.solved, *_edited(root, last)})
    now = {path: read_file(inside(root, path)) for path in later}
    kept = _beside_earlier(root, {path: text for path, text in now.items() if text is not None})
    nothing = NOTHING_KEPT if not kept else {**NOTHING_KEPT, IGNORE: IGNORED}
    apply(plan_of(root, {**files, **nothing, **kept}))
    make_executable(root, files.keys() & {*last.executable})
    remove_empty(root / FOLDER)  # nothing of ours is in a project of another template
    return last, list(kept)


def _beside_earlier(root: Path, kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give what is kept the first place where no abort before this one has kept something else."""
    for number in count(1):
        folder = GIVEN_UP if number == 1 else f"{GIVEN_UP}_{number}"
        there = {f"{folder}/{path}": text for path, text in kept.items()}
        if all(read_file(inside(root, path)) in {None, text} for path, text in there.items()):
            break
    return there


def _sure(waiting: Saved) -> list[str]:
    """Give the files that nobody has to look at."""
    return [path for path in waiting.written if path not in waiting.conflicts]


def _as_before(root: Path, waiting: Saved) -> set[str]:
    paths = _sure(waiting)
    return {path for path in paths if _digest_at(root, path) == _digest(waiting.before.get(path))}


def _is_undone(root: Path, waiting: Saved) -> bool:
    """Tell whether somebody undid an unfinished update without us, such as by `git checkout`.

    What is in the files now may be newer than what was there before.
    """
    surely = _sure(waiting)
    as_before = bool(surely) and _as_before(root, waiting) == {*surely}
    return as_before and not list(_markers(root, waiting))


def _edited(root: Path, last: Saved) -> list[str]:
    return [path for path, value in last.written.items() if _digest_at(root, path) != value]


def _refuse_edited(root: Path, last: Saved) -> None:
    if edited := _edited(root, last):
        problem = f"Edited since the update: {some(edited)}. Nothing was undone."
        raise ConflictError(problem, "Put these back first, or use your version control.")


def _refuse_added(root: Path, last: Saved) -> None:
    """Raise ConflictError for a part that was added since: it would lie in code of before."""
    for place in records_in(root):
        if place not in last.parts:
            part = record_at(root, place)
            problem = f"The {part.kind} {part.name} was added since. Nothing was undone."
            hint = f"Remove it first: fastforge remove-{part.kind} {part.name}"
            raise ConflictError(problem, hint)


def _digest_at(root: Path, path: str) -> str | None:
    return _digest(read_file(inside(root, path)))


def _digest(content: bytes | None) -> str | None:
    return None if content is None else digest(content)


def _markers(root: Path, waiting: Saved) -> Iterator[str]:
    """Give the lines that mark a conflict, but for those that were in the file before."""
    for path in waiting.conflicts:
        content = read_file(inside(root, path)) or b""
        own = Counter((waiting.before.get(path) or b"").splitlines())
        for number, line in enumerate(content.splitlines(), start=1):
            if line == b"=======" or line.startswith(_MARKS):
                own[line] -= 1
                if own[line] < 0:
                    yield f"{path}:{number}"
