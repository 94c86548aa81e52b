"""The task that a job queues: whether there is one, and values for its payload."""

from pathlib import Path
from typing import NoReturn

from fastforge.errors import UsageError
from fastforge.params.annotations import example_of
from fastforge.project.payloads import parameters
from fastforge.project.project import Project
from fastforge.project.sources import assigned, declaration, discovered, enums, files_of, parse


def values_for(project: Project, task: str) -> tuple[tuple[str, str], ...]:
    """Give a value for each field that a task must be given, as Python source of what JSON holds.

    None if no task is named; raises UsageError if there is no such one, or a value is not known.
    """
    if not task:
        return ()
    source = _source(project, task)
    module = parse(source)
    declared = declaration(module, "TASK")
    payload = declared.arguments.get("payload") if declared else None
    fields = parameters(source, payload, project.package)
    if fields is None:
        _refuse(task, "no class of its payload")
    aliases = {**dict(assigned(module)), **dict(enums(module))}
    return tuple(
        (field.name, example_of(field.type, aliases) or _refuse(task, f"no value of `{field}`"))
        for field in fields
        if field.default is None
    )


def _source(project: Project, task: str) -> Path:
    found = discovered(files_of(project.package / "tasks", ".py"))
    tasks = {path.stem: path for path in found if declaration(parse(path), "TASK")}
    if task not in tasks:
        there = f"There are: {', '.join(tasks)}." if tasks else "There is none yet."
        problem = f"--queues {task!a}: this project has no such task."
        raise UsageError(problem, f"{there} Another: fastforge add-task NAME --no-route")
    return tasks[task]


def _refuse(task: str, reason: str) -> NoReturn:
    problem = f"--queues {task}: {reason} is known here."
    hint = "Leave it out, and write `context.enqueue(TASK, payload)` into the job yourself."
    raise UsageError(problem, hint)
