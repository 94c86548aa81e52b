"""Fields of a module that are files: `photo:file{,5MB}`, each with a limit of its own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastforge.errors import UsageError
from fastforge.params.kinds import Kind

FILE: Final = Kind("file", "StoredFile", "")
USUAL: Final = "10MB"

_HINT: Final = "Write photo:file, or with a limit of its own: photo:file{,5MB}. Units: kB, MB, GB."
_TYPE: Final = re.compile(r"\s*(?:list\[\s*)?file\b", re.ASCII)
_WHOLE: Final = re.compile(r"\s*file\s*(?:\{\s*,\s*(?P<most>[^{}]*)\})?\s*", re.ASCII)
_SIZE: Final = re.compile(r"(?P<number>\d{1,6})\s*(?P<unit>|kB|MB|GB)", re.ASCII | re.IGNORECASE)
_UNITS: Final = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_MOST: Final = 100 * 10**9


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of each row: the name of its field, and the most bytes that are kept."""

    name: str
    most: int

    @property
    def path(self) -> str:
        """Where it is below its row: `/front-page`."""
        return f"/{self.name.replace('_', '-')}"

    @property
    def said(self) -> str:
        """The limit for a person: 5 MB."""
        factors = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
        fitting = ((unit, factor) for unit, factor in factors if self.most % factor == 0)
        whole = (f"{self.most // factor} {unit}" for unit, factor in fitting)
        return next(whole, f"{self.most} bytes")


def files_of(texts: Iterable[str]) -> tuple[StoredFile, ...]:
    """Give the files among fields as they were typed; raises UsageError for what cannot be."""
    read = (read_file(text)[0] for text in texts)
    return tuple(file for file in read if file)


def read_file(text: str) -> tuple[StoredFile | None, str]:
    """Give the file that a field is, and the field as one of a type that params know.

    Another field stays as it was typed. Raises UsageError for a file that cannot be.
    """
    name, _, rest = text.partition(":")
    if not _TYPE.match(rest):
        return None, text
    shown, match = ascii(text)[1:-1], _WHOLE.fullmatch(rest)
    if match is None:
        problem = (
            f"The field {shown} is a file: it has no |None, list, flag, default or least size."
        )
        raise UsageError(problem, f"No row needs to have one. {_HINT}")
    size = _SIZE.fullmatch((match["most"] or USUAL).strip())
    most = int(size["number"]) * _UNITS[size["unit"].lower()] if size else 0
    if not 0 < most <= _MOST:
        raise UsageError(f"The field {shown} has no limit from 1 byte to 100 GB.", _HINT)
    return StoredFile(name.strip(), most), f"{name}:json|None"


def files_context(texts: Iterable[str]) -> list[dict[str, object]]:
    """Give what the template needs to know about each file."""
    return [
        {
            "name": file.name,
            "words": file.name.replace("_", " "),
            "path": file.path,
            "most": f"{file.most:_}",
            "said": file.said,
            "column": f"{file.name}: Mapped[StoredFile | None] = mapped_column(FileColumn)",
        }
        for file in files_of(texts)
    ]
