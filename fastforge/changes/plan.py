"""Files to be written or removed, against a folder as it is: show, then apply all or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fastforge.errors import ConflictError
from fastforge.project.paths import inside
from fastforge.project.record import Record, digest
from fastforge.render import Tree

_LINK, _NO_FILE = b"\0a symbolic link", b"\0not a file"


class Action(StrEnum):
    """What becomes of a file."""

    CREATE = "create"
    UNCHANGED = "unchanged"
    REPLACE = "replace"
    REMOVE = "remove"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Change:
    """One file: what is there now and what will be (None: no file)."""

    path: str
    action: Action
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do to the folder `target`."""

    target: Path
    changes: tuple[Change, ...]

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The files in the way: they exist and differ, or the user edited them."""
        return tuple(change for change in self.changes if change.action is Action.CONFLICT)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The files that applying touches."""
        return tuple(change for change in self.changes if change.action is not Action.UNCHANGED)

    def refuse_conflicts(self, hint: str) -> None:
        """Raise ConflictError if there are any."""
        if self.conflicts:
            first = self.conflicts[0].path
            more = f" and {len(self.conflicts) - 1} more" if len(self.conflicts) > 1 else ""
            raise ConflictError(f"{first}{more} in {self.target} would be overwritten.", hint)

    def as_json(self) -> list[dict[str, str]]:
        """Give the changes for machines."""
        return [{"path": change.path, "action": change.action.value} for change in self.changes]

    def diff(self) -> str:
        """Give a unified diff of what applying would change."""
        return "".join(line for change in self.pending for line in _diff(change))


def plan_files(tree: Tree, target: Path) -> Plan:
    """Plan to write `tree` into the folder `target`: what exists and differs is a conflict.

    Raises FastforgeError for a file that would lie outside, as does `plan_removal`.
    """
    return Plan(target, tuple(_addition(target, path, tree[path]) for path in tree))


def plan_removal(record: Record, target: Path, *, force: bool = False) -> Plan:
    """Plan to remove a part's files and its record: what the user edited is a conflict."""
    removals = [_removal(target, path, value, force) for path, value in record.digests.items()]
    before = read_file(inside(target, record.path))
    if before is not None:
        removals.append(Change(record.path, Action.REMOVE, before, None))
    return Plan(target, tuple(removals))


def _addition(target: Path, path: str, content: bytes) -> Change:
    before = read_file(inside(target, path))
    if before is None:
        return Change(path, Action.CREATE, None, content)
    action = Action.UNCHANGED if before == content else Action.CONFLICT
    return Change(path, action, before, content)


def _removal(target: Path, path: str, written: str, force: bool) -> Change:
    before = read_file(inside(target, path))
    if before is None:
        return Change(path, Action.UNCHANGED, None, None)
    kept = before == _NO_FILE or (digest(before) != written and not force)
    return Change(path, Action.CONFLICT if kept else Action.REMOVE, before, None)


def read_file(path: Path) -> bytes | None:
    """Read a file; None if there is none, and what no file equals if something else is there."""
    try:
        if path.is_symlink():
            return _LINK
        return path.read_bytes() if path.is_file() or not path.exists() else _NO_FILE
    except FileNotFoundError:
        return None
    except (IsADirectoryError, NotADirectoryError):
        return _NO_FILE


def _diff(change: Change) -> Iterator[str]:
    import difflib  # for --diff alone

    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    if b"\0" in (change.before or b"") + (change.after or b""):
        yield f"Binary files {old} and {new} differ\n"  # as git says it
        return
    yield from difflib.unified_diff(_lines(change.before), _lines(change.after), old, new)


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode(errors="replace")
    *lines, last = text.split("\n")
    ended = [f"{line}\n" for line in lines]
    return [*ended, f"{last}\n\\ No newline at end of file\n"] if last else ended


def merged(*trees: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files of several trees as one, sorted by path."""
    files = {path: content for tree in trees for path, content in tree.items()}
    return {path: files[path] for path in sorted(files)}
