"""`fastforge list`: the modules, jobs and tasks of a project."""

from pathlib import Path
from typing import TYPE_CHECKING

from fastforge.commands.options import JsonOption, ProjectOption

if TYPE_CHECKING:
    from fastforge.inventory import Inventory


def list_parts(project: ProjectOption = Path(), *, as_json: JsonOption = False) -> None:
    """List modules, jobs with their next run, and tasks, with file and line."""
    from datetime import UTC, datetime

    from fastforge.console import say, say_json
    from fastforge.inventory import take_inventory
    from fastforge.project import open_project

    inventory = take_inventory(open_project(project), datetime.now(UTC))
    if as_json:
        say_json(inventory.as_json())
    else:
        say(as_text(inventory))


def as_text(inventory: "Inventory") -> str:
    """Give the inventory as three tables."""
    from fastforge.console import aligned

    tables: dict[str, list[tuple[str, ...]]] = {
        "modules": [(m.name, ", ".join(m.routes), m.place) for m in inventory.modules],
        "jobs": [(j.name, j.schedule, j.next_run or "-", j.place) for j in inventory.jobs],
        "tasks": [(t.name, ", ".join(t.routes), t.place) for t in inventory.tasks],
    }
    lines = []
    for title, rows in tables.items():
        lines.append(title)
        body = aligned(rows) if rows else "none"
        lines += [f"  {line}" for line in body.splitlines()]
    return "\n".join(lines)
