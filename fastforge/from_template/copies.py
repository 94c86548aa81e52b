"""What Copier made in a folder: called in a process of its own, then read."""

import os
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fastforge.environment.apart import called_apart
from fastforge.errors import UsageError
from fastforge.from_template.source import Source
from fastforge.project.paths import holds
from fastforge.updating.yours import NOT_SOURCES

NOTHING_WRITTEN = "Nothing was written."
_KINDS = {"AssertionError", "FileExistsError", "IsADirectoryError", "NotADirectoryError"}
"""What Copier 9.19 ends in where a folder becomes a file, or a file a folder."""
_BY_HAND = (
    "Nothing was written. If whoever wrote it cannot give one of them another name, make another "
    "project of the new version with --template, take over by hand what it changed, and write its "
    "version into the answers file (`_commit`)."
)


@dataclass(frozen=True, slots=True)
class Copy:
    """The files of a folder by path, where its links lead, and which files are executable."""

    files: Mapping[str, bytes]
    links: Mapping[str, str]
    executable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Work:
    """What Copier is given: a template at a version, answers, and the folder to work in."""

    source: Source
    data: Mapping[str, Any]
    into: Path
    trust: bool
    answers_file: str | None = None


def copier(does: Literal["copied", "updated"], work: Work) -> Copy:
    """Let Copier render a template, or update what it rendered, and read the result.

    Raises UsageError for what Copier refuses, and for a link that leads outside.
    """
    request = {
        "source": work.source.given,
        "ref": work.source.ref,
        "into": str(work.into),
        "data": work.data,
        "answers_file": work.answers_file,
        "trust": work.trust,
    }
    told = called_apart(f"fastforge.from_template.copying:{does}", request, work.into.parent)
    if isinstance(told, dict) and told:
        words = " ".join(str(told["words"]).split("\n\n")[0].split()).rstrip(".")
        problem = f"Copier cannot use {work.source.given}: {words or told['kind']}."
        if does == "updated" and told["kind"] in _KINDS:
            problem = f"{work.source.given} has a file now where it had a folder, or a folder where"
            raise UsageError(f"{problem} it had a file, and Copier cannot update that.", _BY_HAND)
        raise UsageError(problem, NOTHING_WRITTEN)
    return _read(work.into, without=NOT_SOURCES if work.trust else frozenset())


def _read(folder: Path, without: Container[str]) -> Copy:
    """Read a folder, but for folders of tools that a trusted template may have run."""
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    executable = set()
    for path in _walked(folder, without):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            links[name] = leads = os.readlink(path)  # noqa: PTH115 (it keeps a slash at the end)
            if not holds(folder, path) or Path(leads).is_absolute():
                problem = f"The template makes {name}, a symbolic link that leads outside."
                raise UsageError(problem, NOTHING_WRITTEN)
        else:
            files[name] = path.read_bytes()
            if path.stat().st_mode & 0o100:
                executable.add(name)
    return Copy(files, links, frozenset(executable))


def _walked(folder: Path, without: Container[str]) -> Iterator[Path]:
    """Give all files and links of a folder but git's own."""
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if name != ".git" and name not in without)
        yield from (here / name for name in sorted(names))
        yield from (here / name for name in folders if (here / name).is_symlink())
