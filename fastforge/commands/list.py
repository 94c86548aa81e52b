"""`fastforge list`: the modules, jobs and tasks of a project."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fastforge.commands.options import JsonOption, ProjectOption

if TYPE_CHECKING:
    from fastforge.project.inventory import Inventory, JobEntry, ModuleEntry, TaskEntry


def list_parts(project: ProjectOption = Path(), *, as_json: JsonOption = False) -> None:
    """List modules, jobs and tasks.

    Modules with their routes, jobs with their next run, tasks with route and parameters.
    """
    from datetime import UTC, datetime

    from fastforge.changes.opening import open_project
    from fastforge.project.inventory import take_inventory
    from fastforge.terminal.console import say, say_json

    inventory = take_inventory(open_project(project), datetime.now(UTC))
    if as_json:
        say_json(inventory.as_json())
    else:
        say(as_text(inventory))


def as_text(inventory: "Inventory") -> str:
    """Give the inventory as three tables; what belongs to a part stands below it."""
    modules = [((part.name, part.place), _routes(part)) for part in inventory.modules]
    jobs = [
        ((job.name, job.schedule, _next_run(job), job.place), _queued(job))
        for job in inventory.jobs
    ]
    tasks = [((task.name, task.place), _told(task)) for task in inventory.tasks]
    return "\n".join([*_table("modules", modules), *_table("jobs", jobs), *_table("tasks", tasks)])


_Rows = Sequence[tuple[Sequence[str], Sequence[str]]]
"""The cells of each row, and the lines below it."""


def _table(title: str, rows: _Rows) -> Iterator[str]:
    from fastforge.terminal.console import aligned

    yield title
    if not rows:
        yield "  none"
        return
    lines = aligned(cells for cells, _ in rows).splitlines()
    for line, (_, below) in zip(lines, rows, strict=True):
        yield f"  {line}"
        yield from (f"    {text}" for text in below)


def _next_run(job: "JobEntry") -> str:
    from datetime import datetime

    if not job.enabled:
        return "disabled"
    if job.next_run is None:
        return "-"
    due = datetime.fromisoformat(job.next_run)
    return f"{due:%a} {due.isoformat(sep=' ')}"


def _routes(module: "ModuleEntry") -> tuple[str, ...]:
    guarded = () if module.guard in {None, "user"} else (f"guard {module.guard}",)
    owned = ("rows belong to the caller that made them",) if module.owned else ()
    return (*module.routes, *guarded, *owned)


def _queued(job: "JobEntry") -> tuple[str, ...]:
    return tuple(f"queues {task}" for task in job.queues)


def _told(task: "TaskEntry") -> tuple[str, ...]:
    rules = {"guard": task.guard, "priority": task.priority, "rate limit": task.rate_limit}
    usual = {"guard": "user"}
    said = (
        f"{name} {value}" for name, value in rules.items() if value not in {None, usual.get(name)}
    )
    routes = task.routes or ("no route",)
    if task.parameters is None:
        return (*routes, *said, "parameters: see its payload")
    return (*routes, *said, *map(str, task.parameters))
