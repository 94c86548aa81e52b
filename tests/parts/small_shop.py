"""As much of a project as the commands that add and remove parts read."""

from pathlib import Path

from fastforge.answers import ProjectAnswers
from fastforge.plan import merged
from fastforge.record import record_of
from fastforge.render import render
from fastforge.staging import write_files

_READ = ("pyproject.toml", "migrations/versions/", "jobs/__init__.py", "tasks/__init__.py")


def make_small_shop(folder: Path) -> Path:
    """Write the project into `folder`."""
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada", examples=False)
    tree = render("project", answers.context())
    record = record_of("project", "shop", answers.as_dict(), tree)
    read = {path: tree[path] for path in tree if path.endswith((*_READ[2:], "modules/__init__.py"))}
    read |= {path: tree[path] for path in tree if path.startswith(_READ[:2])}
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
