"""Where a project can be made, and why not elsewhere."""

from contextlib import suppress
from pathlib import Path

from fastforge.errors import ConflictError, UsageError
from fastforge.project.project import enclosing_project


def place(name: str | None, folder: Path) -> tuple[str, Path]:
    """Give the name of a project that is made in `folder` itself, and the folder above it."""
    whole = folder.absolute()
    if name is not None and name != whole.name:
        problem = f"With --here the project is called as its folder: {whole.name}."
        raise UsageError(problem, "Leave the name out, or leave --here out.")
    return whole.name, whole.parent


def check_target(target: Path) -> None:
    """Raise if no project can be made at `target`, whatever its files."""
    if target.is_symlink():
        raise ConflictError(f"{target} is a symbolic link.", "Choose another name or remove it.")
    if target.exists() and not target.is_dir():
        raise ConflictError(f"{target} is a file.", "Choose another name or remove it.")
    existing = next(folder for folder in target.parents if folder.exists())
    if not existing.is_dir():
        raise UsageError(f"{existing} is a file, not a folder.", "Name a folder with -C.")
    if not target.parent.exists():
        hint = "Make it first, or name another folder with -C."
        raise UsageError(f"There is no folder {target.parent}.", hint)
    _refuse_other_case(target)
    outer = enclosing_project(target.parent)
    if outer is not None:
        hint = "Go to another folder, or name one with -C."
        raise UsageError(f"{target.parent} is inside the fastforge project {outer}.", hint)


def _refuse_other_case(target: Path) -> None:
    with suppress(PermissionError):  # a folder that cannot be listed has nothing that collides
        for path in target.parent.iterdir():
            if path.name != target.name and path.name.casefold() == target.name.casefold():
                problem = f"{path} differs from {target.name} in case only."
                hint = "Choose another name: Windows and macOS take them for one."
                raise ConflictError(problem, hint)
