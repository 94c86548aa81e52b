"""A part of a project, rendered: the files it adds, and what would become of the project's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastforge.answers.names import check_part_name, is_part_name
from fastforge.changes.plan import Plan, merged, plan_files
from fastforge.changes.transaction import apply
from fastforge.errors import FastforgeError, UsageError
from fastforge.parts.needs import check_needs
from fastforge.parts.places import check_options, places_of
from fastforge.project.project import Project, place_of, record_at
from fastforge.project.record import Record, record_of, record_path
from fastforge.project.revisions import folder_of
from fastforge.project.sources import files_of
from fastforge.project.trust import templates_for
from fastforge.render import render
from fastforge.terminal.shell import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is to be added. `answers` are saved, `context` holds the variables of its template.

    `kind` is "job", "task" or "module"; `command` makes the same part again, in its project;
    `newer` are its options that only the background work of newer projects knows.
    """

    kind: str
    name: str
    answers: Mapping[str, object]
    context: Mapping[str, object]
    command: str
    newer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Addition:
    """A rendered part against a project."""

    project: Project
    part: Part
    plan: Plan

    @property
    def sources(self) -> tuple[str, ...]:
        """The Python files of the part."""
        return tuple(change.path for change in self.plan.changes if change.path.endswith(".py"))

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do with the part."""
        source, *tests = self.sources
        where = f"Next: put the work where {source} says REPLACE"
        return (f"{where}, then in {tests[0]}." if tests else f"{where}.",)

    @property
    def command(self) -> str:
        """What adds the same part to the same project again, without a question."""
        return " ".join([self.part.command, *self._place])

    @property
    def undo(self) -> str:
        """What removes the part."""
        return " ".join([f"fastforge remove-{self.part.kind} {self.part.name}", *self._place])

    @property
    def _place(self) -> list[str]:
        place = place_of(self.project)
        return [quoted(place)] if place else []

    def refuse_conflicts(self) -> None:
        """Raise ConflictError if a file is in the way."""
        kind, name = self.part.kind, self.part.name
        hint = "Choose another name, or move what is there away."
        if saved(self.project, kind, name):
            hint = f"Choose another name, or remove what is there: {self.undo}"
        self.plan.refuse_conflicts(hint)

    def write(self) -> None:
        """Write all files of the part or none; raises ConflictError if one is in the way."""
        self.refuse_conflicts()
        apply(self.plan)


def prepare(project: Project, part: Part) -> Addition:
    """Render a part, with the project's own template of its kind if it has one.

    Raises UsageError for a name that another part has, for templates that are not trusted, and for
    a project that lacks what the part imports or does.
    """
    check_free(project, part.kind, part.name)
    check_options(project, part.newer)
    context = {**part.context, **surroundings(project)}
    tree = render(part.kind, context, templates_for(project, part.kind))
    check_needs(project, tree)
    record = record_of(part.kind, part.name, part.answers, tree)
    return Addition(
        project, part, plan_files(merged(tree, {record.path: record.content()}), project.root)
    )


def surroundings(project: Project) -> dict[str, object]:
    """Give the variables of a part's template that its project decides."""
    versions = folder_of(project).relative_to(project.root).as_posix()
    return {"package": project.package.name, "versions": versions, "places": places_of(project)}


def saved(project: Project, kind: str, name: str) -> Record | None:
    """Give the record of a part that was added before, its files where the package is now."""
    path = record_path(kind, name)
    if not is_part_name(name) or not (project.root / path).is_file():
        return None
    record = record_at(project.root, path)
    if (record.kind, record.name) != (kind, name):
        problem = f"{path} is the record of another part: the {record.kind} {record.name}."
        raise FastforgeError(problem, "Restore it from version control.")
    return moved_with_package(project, record)


def moved_with_package(project: Project, record: Record) -> Record:
    """Give a record with its files where the package is now, which the user may rename."""
    old, new = f"src/{project.answers.package}/", f"src/{project.package.name}/"
    digests = {
        new + file.removeprefix(old) if file.startswith(old) else file: digest
        for file, digest in record.digests.items()
    }
    return replace(record, digests=digests)


_OTHERS = {"job": "tasks", "task": "jobs"}
"""Jobs and tasks share the ledger, so no two of them may have one name."""

_USED = frozenset(
    """
    caplog client context database date find_work job logger payload problems pytest router select
    settings sqlalchemy task timedelta wait_until
    """.split()
)
"""Names that the generated files use for something else."""


def check_free(project: Project, kind: str, name: str) -> None:
    """Raise UsageError if a part cannot be called `name`, or another part is."""
    check_part_name(kind, name)
    if name in _USED:
        problem = f"The {kind} name `{name}` is what the generated code calls something else."
        raise UsageError(problem, f"Choose another, for example `{name}_service`.")
    folder = project.package / f"{kind}s"
    if not (folder / "__init__.py").is_file():
        problem = f"{folder} is not there, or has no __init__.py: discovery would not find {name}."
        raise UsageError(problem, "Make it, with an empty __init__.py.")
    taken = [folder / name] if kind != "module" else [folder / f"{name}.py"]
    if kind in _OTHERS:
        other = project.package / _OTHERS[kind]
        taken += [other / f"{name}.py", other / name]
    for path in taken:
        if path.exists():
            problem = f"{path.relative_to(project.root)} has the name `{name}` already."
            raise UsageError(problem, "Choose another.")
    own = name if kind == "module" else f"{name}.py"
    for path in files_of(folder, ""):
        if path.name != own and path.name.casefold() == own:
            problem = f"{path.relative_to(project.root)} differs from `{own}` in case only."
            raise UsageError(problem, "Choose another: Windows and macOS take them for one.")
