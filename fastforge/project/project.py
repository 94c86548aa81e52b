"""An existing fastforge project: where it is and what is recorded about it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge import __version__
from fastforge.answers.project import ProjectAnswers
from fastforge.errors import FastforgeError, UsageError
from fastforge.project.paths import read_bounded, read_inside
from fastforge.project.record import FOLDER, PROJECT_RECORD, Record, read_record
from fastforge.project.sources import files_of


@dataclass(frozen=True, slots=True)
class Project:
    """A project that fastforge made; `root` is an absolute folder."""

    root: Path
    record: Record
    answers: ProjectAnswers

    @property
    def package(self) -> Path:
        """The folder of the package: what pyproject.toml names, since the user may rename it."""
        name = _pyproject_value(self.root, "uv", "build-backend", "module-name")
        return self.root / "src" / (name or self.answers.package)

    @property
    def entrypoint(self) -> str:
        """The application as a server names it, such as shop.main:app."""
        name = _pyproject_value(self.root, "fastapi", "entrypoint")
        return name or f"{self.package.name}.main:app"

    @property
    def templates(self) -> Path:
        """Where the project may keep templates that take the place of packaged ones."""
        return self.root / FOLDER / "templates"

    def parts(self, kind: str) -> Iterator[Record]:
        """Give the records of the parts of a kind ("job", "task", "module"), by name."""
        for path in files_of(self.root / FOLDER / f"{kind}s", ".yml"):
            yield record_at(self.root, path.relative_to(self.root).as_posix())


def record_at(root: Path, path: str) -> Record:
    """Read a record of the project in `root`; raises FastforgeError if it is none."""
    return read_record(read_inside(root, path), str(root / path))


def enclosing_project(folder: Path) -> Path | None:
    """Give the root of the project that `folder` lies in, if it lies in one."""
    here = folder.resolve()
    return next((root for root in (here, *here.parents) if _is_project(root)), None)


def _is_project(root: Path) -> bool:
    """Tell whether a folder has the record of a project, or a run that was killed had moved it."""
    return (root / PROJECT_RECORD).is_file() or was_moved(root, PROJECT_RECORD)


def was_moved(root: Path, path: str) -> bool:
    """Tell whether a run that was killed was about to change a file."""
    with suppress(OSError, FastforgeError):  # no journal of ours
        journals = (root / FOLDER).glob(".apply-*/journal")
        return any(f'"{path}"'.encode() in read_bounded(journal) for journal in journals)
    return False


def read_project(root: Path) -> Project:
    """Read what is recorded about the project in `root`; raises FastforgeError if none is."""
    record = record_at(root, PROJECT_RECORD)
    try:
        return Project(root, record, ProjectAnswers.from_dict(record.answers))
    except UsageError as error:
        if record.version == __version__:
            raise
        hint = f"fastforge {record.version!a} made the project, and this is {__version__}."
        raise UsageError(error.message, f"{error.hint} {hint}".strip()) from error


def place_of(project: Project) -> list[str]:
    """Give the option that names a project, unless a command that is typed here finds it."""
    return [] if enclosing_project(Path()) == project.root else ["-C", str(project.root)]


def _pyproject_value(root: Path, *keys: str) -> str | None:
    """Give the text at `keys` of the tools in the project's pyproject.toml, if there is one."""
    import tomllib  # not needed for --help

    try:
        value = tomllib.loads(read_inside(root, "pyproject.toml").decode())["tool"]
        for key in keys:
            value = value[key]
    except (FileNotFoundError, KeyError, TypeError):
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"{root / 'pyproject.toml'} is not TOML: {error}."
        raise FastforgeError(problem, "Mend it, then run the command again.") from error
    if not isinstance(value, str):
        return None
    if not all(name.isidentifier() and name.isascii() for name in re.split("[.:]", value)):
        problem = f"{root / 'pyproject.toml'} has {keys[-1]} = {value!a}, which names no code."
        raise FastforgeError(problem, "Mend it, then run the command again.")
    return value
