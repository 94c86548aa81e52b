"""Making a new project: its files, and the command that would make it again."""

from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge.answers.project import ProjectAnswers, Value, default_description, default_python
from fastforge.changes.plan import Plan, merged, plan_files
from fastforge.changes.staging import create_folder, explained
from fastforge.changes.transaction import apply, recover
from fastforge.environment.git import configured_author
from fastforge.errors import ConflictError, UsageError
from fastforge.project.project import Project, enclosing_project
from fastforge.project.record import FOLDER, Record, record_of
from fastforge.render import Tree, render
from fastforge.terminal.shell import quoted


@dataclass(frozen=True, slots=True)
class Creation:
    """A rendered project and what writing it would do."""

    answers: ProjectAnswers
    record: Record
    tree: Tree
    plan: Plan

    @property
    def project(self) -> Project:
        """The project, once it is written."""
        return Project(self.plan.target, self.record, self.answers)

    def write(self) -> None:
        """Write the whole project or nothing; nothing if it is there already."""
        if not self.plan.pending:
            return
        if not self.plan.target.exists():
            create_folder(self.tree, self.plan.target)
            return
        try:  # into the folder itself: somebody may be in it, or a repository
            apply(self.plan)
        finally:
            _drop_empty(self.plan.target / FOLDER)


def complete(given: Mapping[str, Value]) -> ProjectAnswers:
    """Give the answers of a project with defaults for what is not `given`; `name` must be.

    Raises UsageError for what cannot be.
    """
    defaults: dict[str, Value] = {
        "description": default_description(),
        "python": default_python(),
    }
    if "author" not in given:
        defaults["author"] = configured_author() or f"The {given['name']} developers"
    return ProjectAnswers.from_dict({**defaults, **given})


def place(name: str | None, folder: Path) -> tuple[str, Path]:
    """Give the name of a project that is made in `folder` itself, and the folder above it."""
    whole = folder.absolute()
    if name is not None and name != whole.name:
        problem = f"With --here the project is called as its folder: {whole.name}."
        raise UsageError(problem, "Leave the name out, or leave --here out.")
    return whole.name, whole.parent


def prepare(answers: ProjectAnswers, parent: Path) -> Creation:
    """Render a project into memory and compare it with `parent/name`.

    Raises ConflictError if something else is there, UsageError inside another project.
    """
    target = parent.absolute() / answers.name
    with explained(f"{target} cannot be read"):
        check_target(target)
        if target.exists():  # a run that was killed
            recover(target)
            _drop_empty(target / FOLDER)
        tree = render("project", answers.context())
        record = record_of("project", answers.name, answers.as_dict(), tree)
        whole = merged(tree, {record.path: record.content()})
        plan = plan_files(whole, target)
        _refuse_other_contents(plan)
    return Creation(answers, record, whole, plan)


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


_OF_THE_MACHINE = {"author", "python"}
"""Answers that are usual on one machine and not on another."""


def command_for(
    answers: ProjectAnswers, parent: Path = Path(), given: Container[str] = frozenset()
) -> str:
    """Give the command that makes this project without asking, and says what was `given`."""
    usual = complete({"name": answers.name})
    words = ["fastforge", "new", answers.name]
    for name, value in answers.as_dict().items():
        if value != getattr(usual, name) or (name in _OF_THE_MACHINE and name in given):
            words += _flag(name, value)
    if parent != Path():
        words += ["-C", str(parent)]
    return quoted([*words, "--yes"])


def _flag(name: str, value: Value) -> list[str]:
    if name == "examples":
        return ["--examples" if value else "--bare"]
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]


def _drop_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not there, or not empty
        folder.rmdir()


def _contents(target: Path) -> set[str]:
    return {path.name for path in target.iterdir()} if target.exists() else set()


def _refuse_other_contents(plan: Plan) -> None:
    """Accept an absent or empty folder, one that holds a repository only, or this very project."""
    target = plan.target
    if _contents(target) <= {".git"}:
        return
    hint = "Choose another name, or remove the folder."
    differing = [change for change in plan.changes if change.action != "unchanged"]
    if len(differing) == len(plan.changes):
        raise ConflictError(f"{target} exists and is not empty.", hint)
    if differing:
        problem = f"{target} exists, and {differing[0].path} in it is not what this would write."
        raise ConflictError(problem, hint)
