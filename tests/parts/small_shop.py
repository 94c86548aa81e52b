"""Projects without an environment, made for the commands that add and remove parts."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.plan import merged
from fastforge.changes.staging import write_files
from fastforge.parts.part import surroundings
from fastforge.project.project import read_project
from fastforge.project.record import record_of
from fastforge.render import render

_READ = ("pyproject.toml", "src/shop/migrations/versions/", "src/shop/background/")
_PLACES = (
    *("jobs/__init__.py", "tasks/__init__.py", "modules/__init__.py", "shop/settings.py"),
    *("shop/database/__init__.py", "values/decimals.py", "process/discovery.py"),
    *("web/errors.py", "web/refusals.py", "web/security.py", "values/keys.py"),
    *("shop/main.py", "database/schema.py", "database/references.py", "web/callers.py"),
    *("web/paging.py", "web/etags.py", "values/left_out.py"),
    *("web/files.py", "database/stored_files.py"),
)


def make_shop(folder: Path) -> Path:
    """Write a default project into `folder`."""
    return _make(folder, ProjectAnswers(name="shop", description="Sells.", author="Ada"), ("",))


def make_small_shop(folder: Path) -> Path:
    """Write as much of a bare project into `folder` as the commands read."""
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada", examples=False)
    return _make(folder, answers, _READ, _PLACES)


@cache
def new_surroundings() -> dict[str, object]:
    """Give the variables of a part's template that a new project decides."""
    with TemporaryDirectory() as folder:
        return surroundings(read_project(make_shop(Path(folder).resolve())))


def _make(
    folder: Path, answers: ProjectAnswers, starts: tuple[str, ...], ends: tuple[str, ...] = ()
) -> Path:
    tree = render("project", answers.context())
    record = record_of("project", "shop", answers.as_dict(), tree)
    read = {path: tree[path] for path in tree if path.startswith(starts) or path.endswith(ends)}
    write_files(merged(read, {record.path: record.content()}), folder)
    return folder


def files_and_folders(root: Path) -> dict[str, bytes | None]:
    """Give what is in a project, but for what is staged; None for folders."""
    found = {path.relative_to(root): path for path in root.rglob("*")}
    return {
        place.as_posix(): None if path.is_dir() else path.read_bytes()
        for place, path in found.items()
        if not any(part.startswith(".apply-") for part in place.parts)
    }


def staged(root: Path) -> list[Path]:
    """Give what runs that were cut off left in a project."""
    return list((root / ".fastforge").glob(".apply-*"))
