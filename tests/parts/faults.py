"""File operations that fail.

Faults are injected where Python tells its audit hooks what it is about to do (open, rename, mkdir,
unlink, list, lock...), and in the raw write below every file object: half of what was to be written
arrives.
"""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, cast

_AUDITED = frozenset(
    """
    fcntl.flock open os.chmod os.link os.listdir os.mkdir os.remove os.rename os.rmdir os.scandir
    os.symlink os.truncate os.utime
    """.split()
)
_READING = frozenset({"open", "os.listdir", "os.scandir"})
_ALLOCATING = os.O_CREAT | os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Fault:
    """What happens at the nth file operation and the `times - 1` after it."""

    name: str
    nth: int
    times: int = 1


CLEAN = Fault("none", 0, times=0)
"""Nothing fails; the operations are counted."""


class Operations:
    """Counts the file operations in and about a project, and lets those fail that shall."""

    def __init__(self, fault: Fault, root: Path) -> None:
        self.fault = fault
        self.root = str(root)
        self.seen: list[str] = []
        self.active = True

    def install(self) -> None:
        """Begin to count, in this process and until it ends."""
        sys.addaudithook(self.audit)
        io.open = self.open_file  # type: ignore[assignment] # pathlib's way to files
        os.scandir = _Unlucky  # type: ignore[assignment]

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.active and event in _AUDITED and self._concerns(arguments):
            flags = arguments[2] if event == "open" else 0
            allocates = event == "os.mkdir" or (isinstance(flags, int) and flags & _ALLOCATING)
            self.step(event, arguments[0], allocates=bool(allocates))

    def open_file(self, file: Any, mode: str = "r", *rest: Any, **options: Any) -> IO[Any]:
        """Do what `io.open` does; what is opened to be written is cut in half when it fails."""
        if "w" not in mode or not str(file).startswith(self.root):
            return _OPEN(file, mode, *rest, **options)
        binary: Any = io.BufferedWriter(cast("Any", _Torn(str(file), self.step)))
        return cast("IO[Any]", binary if "b" in mode else io.TextIOWrapper(binary, "utf-8"))

    def step(
        self, what: str, where: object, *, allocates: bool, half: Callable[[], object] = bool
    ) -> None:
        """Count an operation that is about to happen; `half` does a part of it."""
        reads = what in _READING and not allocates
        self.seen.append(f"{'reads' if reads else 'changes'}: {what} {where}")
        number, fault = len(self.seen), self.fault
        now = fault.nth <= number < fault.nth + fault.times
        if now and (allocates or fault.name != "full"):
            half()
            _FAULTS[fault.name](where)

    def _concerns(self, arguments: tuple[object, ...]) -> bool:
        path = arguments[0] if arguments else None
        if isinstance(path, int):
            return True
        text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        return text.startswith(self.root) or (text != "" and not text.startswith("/"))


class _Unlucky:
    """The entries of a folder in the worst order for a stage that is removed: its journal last."""

    def __init__(self, path: Any = ".") -> None:
        with _SCANDIR(path) as entries:
            found = sorted(entries, key=lambda entry: (entry.name == "journal", entry.name))
        self._entries = iter(found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._entries = iter(())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> os.DirEntry[Any]:
        return next(self._entries)

    close = __exit__


class _Torn(io.FileIO):
    """A file whose writes are counted, and cut in half when they fail."""

    def __init__(self, path: str, step: Callable[..., None]) -> None:
        super().__init__(path, "w")
        self._step = step

    def write(self, data: bytes) -> int:  # type: ignore[override]
        def half() -> object:
            return super(_Torn, self).write(bytes(data)[: len(data) // 2])

        self._step("write", self.name, allocates=True, half=half)
        return super().write(data)


def _full(where: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), where)


def _refused(where: object) -> None:
    raise OSError(errno.EACCES, os.strerror(errno.EACCES), where)


def _interrupted(_where: object) -> None:
    signal.raise_signal(signal.SIGINT)


def _killed(_where: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


_FAULTS = {"full": _full, "refused": _refused, "interrupted": _interrupted, "killed": _killed}
_OPEN, _SCANDIR = io.open, os.scandir
