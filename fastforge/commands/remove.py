"""`fastforge remove-job`, `remove-task`, `remove-module`: the undo of `add-...`."""

from pathlib import Path
from typing import Annotated

import typer

from fastforge.commands.options import (
    DiffOption,
    DryRunOption,
    ForceOption,
    JsonOption,
    ProjectOption,
    TrustOption,
)

NameArgument = Annotated[str, typer.Argument(help="Its name.")]


def remove_job(
    name: NameArgument,
    *,
    project: ProjectOption = Path(),
    force: ForceOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a job, unless its files were edited."""
    _remove("job", name, project, force=force, dry_run=dry_run, diff=diff, as_json=as_json)


def remove_task(
    name: NameArgument,
    *,
    project: ProjectOption = Path(),
    force: ForceOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a task, unless its files were edited."""
    _remove("task", name, project, force=force, dry_run=dry_run, diff=diff, as_json=as_json)


def remove_module(
    name: NameArgument,
    *,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    force: ForceOption = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Drop its table without asking.")
    ] = False,
    drop: Annotated[
        str | None,
        typer.Option("--drop", metavar="TABLE", help="Drop it though something uses it still."),
    ] = None,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a module and its table, unless it was edited."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.modules import removal
    from fastforge.parts.removing import RemovalWishes

    wishes = RemovalWishes(
        force=force, yes=yes, drop=drop, dry_run=dry_run, diff=diff, as_json=as_json
    )
    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    removal.remove_module(opened, name, wishes)


def _remove(
    kind: str, name: str, folder: Path, *, force: bool, dry_run: bool, diff: bool, as_json: bool
) -> None:
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.removing import RemovalWishes, remove

    wishes = RemovalWishes(force=force, dry_run=dry_run, diff=diff, as_json=as_json)
    remove(opened_to_write(folder, reads_only=dry_run or diff), kind, name, wishes)
