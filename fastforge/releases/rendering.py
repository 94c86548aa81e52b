"""What this release makes of answers: in its own process, or by `main` for a later release."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fastforge.answers.project import ProjectAnswers
from fastforge.errors import FastforgeError, UsageError
from fastforge.parts.jobs.job import JobAnswers, job_part
from fastforge.parts.jobs.queues import values_for
from fastforge.parts.modules.module import ModuleAnswers, module_part
from fastforge.parts.part import Part, surroundings
from fastforge.parts.places import decimal_of
from fastforge.parts.tasks.task import TaskAnswers, task_part
from fastforge.project.paths import check_path
from fastforge.project.project import Project, record_at
from fastforge.project.record import PROJECT_RECORD, Record, record_of
from fastforge.project.sources import python_files
from fastforge.releases.pipes import read_request, write_error, write_response
from fastforge.releases.request import Made, Request, Response, Wanted
from fastforge.render import Tree, render

ORDER: Final = ("task", "module", "job")
"""Jobs come last: one that queues a task is given what the task's payload needs."""

_PYPROJECT = '[tool.uv.build-backend]\nmodule-name = "{package}"\n'


def main() -> None:
    """Read a request from standard input, write the response or the error to standard output."""
    try:
        answer = write_response(response_to(read_request(sys.stdin.buffer.read())))
    except FastforgeError as error:
        answer = write_error(error)
    sys.stdout.buffer.write(answer)


def response_to(request: Request) -> Response:
    """Render what is asked for.

    What belongs to adding a part is not checked: whether its name or route are free, whether the
    project has what it imports. Raises UsageError for answers that cannot be.
    """
    if not (request.package.isascii() and request.package.isidentifier()):
        raise UsageError(f"{request.package!a} is no name of a package.")
    project = None if request.around else _project(request)
    if not request.parts:
        return Response(project, ())
    with tempfile.TemporaryDirectory(prefix="fastforge-") as folder:
        made = dict(_parts(request, Path(folder), project.tree if project else {}))
    return Response(project, tuple(made[place] for place in range(len(request.parts))))


def _project(request: Request) -> Made:
    answers = ProjectAnswers.from_dict(request.project)
    context = {**answers.context(), "package": request.package}
    return Made(answers.as_dict(), render("project", context))


def _parts(request: Request, scratch: Path, project: Tree) -> Iterator[tuple[int, Made]]:
    """Give each part with its place in the request; jobs find the tasks of before in `scratch`."""
    fresh = _fresh(request, scratch, project)
    around = fresh if request.around is None else _around(request, request.around)
    context = {**surroundings(around), "package": request.package}
    decimal = decimal_of(around)
    for place, wanted in sorted(enumerate(request.parts), key=lambda pair: _rank(pair[1])):
        part = _part(wanted, decimal, (fresh, around))
        tree = render(part.kind, {**part.context, **context}, request.overrides)
        if part.kind == "task":
            _write(scratch, tree)
        answers = {name: _plain(value) for name, value in part.answers.items()}
        yield place, Made(answers, tree)


def _rank(wanted: Wanted) -> int:
    if wanted.kind not in ORDER:
        raise UsageError(f"There is no kind of part {wanted.kind!a}.")
    return ORDER.index(wanted.kind)


def _part(wanted: Wanted, decimal: str, projects: tuple[Project, ...]) -> Part:
    if wanted.kind == "task":
        part = task_part(TaskAnswers.from_dict(wanted.answers), decimal)
    elif wanted.kind == "module":
        part = module_part(ModuleAnswers.from_dict(wanted.answers), decimal)
    else:
        answers = JobAnswers.from_dict(wanted.answers)
        part = job_part(answers, _values(answers.queues, projects))
    if part.name != wanted.name:
        problem = f"The record of the {wanted.kind} {wanted.name!a} has the answers of {part.name}."
        raise UsageError(problem, "Restore its record from version control.")
    return part


def _values(task: str, projects: tuple[Project, ...]) -> tuple[tuple[str, str], ...]:
    """Give the values for the task that a job queues; none if the user took that task away."""
    for project in projects:
        if task and (project.package / "tasks" / f"{task}.py").is_file():
            try:
                return values_for(project, task)
            except UsageError:  # the user rewrote its payload
                return ()
    return ()


def _fresh(request: Request, scratch: Path, tree: Tree) -> Project:
    """Write what parts need of a rendered project: its sources, and the name of the package."""
    sources = {path: content for path, content in tree.items() if path.startswith("src/")}
    naming = {"pyproject.toml": _PYPROJECT.format(package=request.package).encode()}
    _write(scratch, {**sources, **naming})
    answers = _named(request)
    return Project(scratch, record_of("project", answers.name, {}, sources), answers)


def _around(request: Request, root: Path) -> Project:
    answers = _named(request)
    return Project(root, _record(root, request.package, answers.name), answers)


def _record(root: Path, package: str, name: str) -> Record:
    """Give the record of the project in a folder; without one, all its files count as made."""
    if (root / PROJECT_RECORD).is_file():
        return record_at(root, PROJECT_RECORD)
    files = python_files(root / "src" / package)
    tree = {path.relative_to(root).as_posix(): b"" for path in files}
    return record_of("project", name, {}, tree)


def _named(request: Request) -> ProjectAnswers:
    """Give the answers of a project that is not rendered: what else it has is not asked for."""
    known = {"name", "description", "author", "auth"} & request.project.keys()
    return ProjectAnswers.from_dict({name: request.project[name] for name in known})


def _write(root: Path, tree: Tree) -> None:
    for path, content in tree.items():
        check_path(path)
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _plain(value: object) -> object:
    """Give a value as YAML and JSON have it."""
    return list(value) if isinstance(value, tuple) else value
