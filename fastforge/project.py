"""An existing fastforge project: where it is and what is recorded about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastforge.answers import ProjectAnswers
from fastforge.errors import FastforgeError, UsageError
from fastforge.record import FOLDER, PROJECT_RECORD, Record, read_record
from fastforge.sources import files_of
from fastforge.transaction import recover


@dataclass(frozen=True, slots=True)
class Project:
    """A project that fastforge made; `root` is an absolute folder."""

    root: Path
    record: Record
    answers: ProjectAnswers

    @property
    def package(self) -> Path:
        """The folder of the package: what pyproject.toml names, since the user may rename it."""
        return self.root / "src" / (_module_name(self.root) or self.answers.package)

    @property
    def overrides(self) -> Path:
        """Where the project may keep templates that take the place of packaged ones."""
        return self.root / FOLDER / "templates"

    def parts(self, kind: str) -> Iterator[Record]:
        """Give the records of the parts of a kind ("job", "task", "module"), by name."""
        for path in files_of(self.root / FOLDER / f"{kind}s", ".yml"):
            yield read_record(path.read_bytes(), str(path))


def enclosing_project(folder: Path) -> Path | None:
    """Give the root of the project that `folder` lies in, if it lies in one."""
    here = folder.resolve()
    return next((root for root in (here, *here.parents) if (root / PROJECT_RECORD).is_file()), None)


def open_project(folder: Path) -> Project:
    """Read the project that `folder` lies in; raises UsageError if there is none.

    What a killed run had begun to change in it is undone first.
    """
    root = enclosing_project(folder)
    if root is None:
        problem = f"{folder.resolve()} is not in a project that fastforge made."
        raise UsageError(problem, "Go to one, name one with -C, or make one: `fastforge new NAME`.")
    recover(root)
    record = read_record((root / PROJECT_RECORD).read_bytes(), str(root / PROJECT_RECORD))
    return Project(root, record, ProjectAnswers.from_dict(record.answers))


def _module_name(root: Path) -> str | None:
    """Give the package that the project's pyproject.toml builds, if it says so."""
    import tomllib  # not needed for --help

    try:
        tools = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]
        name = tools["uv"]["build-backend"]["module-name"]
    except (FileNotFoundError, KeyError, TypeError):
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = f"{root / 'pyproject.toml'} is not TOML: {error}."
        raise FastforgeError(problem, "Mend it, then run the command again.") from error
    return name if isinstance(name, str) else None
