"""The end of an update: its version is recorded, or all that it changed is put back."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fastforge.changes.plan import read_file
from fastforge.changes.staging import make_executable, remove_empty
from fastforge.changes.transaction import apply
from fastforge.errors import ConflictError, UsageError
from fastforge.project.paths import inside
from fastforge.project.record import FOLDER, digest
from fastforge.updating.outcome import plan_of
from fastforge.updating.saved import NOTHING_KEPT, Saved, saved, under_way, with_state

_UNDONE = "The files are as before the update from {} to {}: it was undone in another way."


def finish(root: Path) -> Saved:
    """Record the new version; raises ConflictError while a file has markers of a conflict.

    Raises UsageError if no update waits for this.
    """
    waiting = under_way(root)
    if waiting is None:
        raise UsageError("No update waits to be continued.", "Begin one: fastforge update")
    if left := list(_markers(root, waiting)):
        problem = f"There are markers of a conflict still: {_some(left)}."
        raise ConflictError(problem, "Edit these first.")
    if _is_undone(root, waiting):
        problem = _UNDONE.format(waiting.old, waiting.new)
        raise ConflictError(problem, "Forget it, then begin anew: fastforge update --abort")
    plan = plan_of(root, waiting.finish)
    before = {change.path: change.before for change in plan.pending}
    done = replace(waiting, before={**waiting.before, **before}, finish={}, conflicts=())
    written = {path: _digest_at(root, path) for path in waiting.written}
    after = {c.path: digest(c.after) if c.after is not None else None for c in plan.pending}
    apply(with_state(plan, replace(done, written={**written, **after})))
    return waiting


def abort(root: Path) -> Saved:
    """Put back every file that the last update changed.

    Raises UsageError if there was none, ConflictError if one was edited since it was finished.
    """
    last = saved(root)
    if last is None:
        raise UsageError("There is no update to undo.", "Version control may have what you miss.")
    if not last.finish:
        _refuse_edited(root, last)
    files = {} if last.finish and _is_undone(root, last) else last.before
    apply(plan_of(root, {**files, **NOTHING_KEPT}))
    make_executable(root, files.keys() & {*last.executable})
    remove_empty(root / FOLDER)  # nothing of ours is in a project of another template
    return last


def _is_undone(root: Path, waiting: Saved) -> bool:
    """Tell whether somebody undid an unfinished update without us, such as by `git checkout`.

    What is in the files now may be newer than what was there before.
    """
    surely = [path for path in waiting.written if path not in waiting.conflicts]
    before = {path: waiting.before.get(path) for path in surely}
    return (
        bool(surely)
        and all(_digest_at(root, path) == _digest(text) for path, text in before.items())
        and not list(_markers(root, waiting))
    )


def _refuse_edited(root: Path, last: Saved) -> None:
    edited = [path for path, value in last.written.items() if _digest_at(root, path) != value]
    if edited:
        problem = f"Edited since the update: {_some(edited)}. Nothing was undone."
        raise ConflictError(problem, "Put these back first, or use your version control.")


def _digest_at(root: Path, path: str) -> str | None:
    return _digest(read_file(inside(root, path)))


def _digest(content: bytes | None) -> str | None:
    return None if content is None else digest(content)


def _markers(root: Path, waiting: Saved) -> Iterable[str]:
    for path in waiting.conflicts:
        content = read_file(inside(root, path)) or b""
        for number, line in enumerate(content.splitlines(), start=1):
            if line.startswith((b"<<<<<<< ", b">>>>>>> ")):
                yield f"{path}:{number}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if names[5:] else "")
