"""`fastforge change-module`: other routes, guard or search for a module that is there."""

from pathlib import Path
from typing import Annotated

import typer

from fastforge.commands.options import (
    DiffOption,
    DryRunOption,
    FullOption,
    JsonOption,
    ProjectOption,
    TrustOption,
    VerifyOption,
)


def change_module(
    name: Annotated[str, typer.Argument(help="The module, as `fastforge list` shows it.")],
    *,
    routes: Annotated[
        str | None,
        typer.Option(
            metavar="ROUTE,...", help="Only these: list,get,create,replace,change,delete."
        ),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD,...", help="The texts that its list is searched in."),
    ] = None,
    guard: Annotated[
        str | None,
        typer.Option(metavar="none|user|SCOPE", help="Who may use its routes: links:write."),
    ] = None,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    verify: VerifyOption = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Change a module, merging what you edited, and verify it. Its table stays, and its owners."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.adding import Wishes
    from fastforge.parts.modules.changing import changed
    from fastforge.parts.modules.place import routes_of
    from fastforge.terminal.console import say
    from fastforge.updating.changing import change, part_to_change

    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    record = part_to_change(opened, "module", name)
    searched = None if search is None else tuple(search)
    given = {"routes": routes, "searched": searched, "guard": guard}
    answers = changed(opened, record.answers, given)
    if not as_json:
        for line in routes_of(answers):
            say(line)
    wishes = Wishes(dry_run=dry_run, diff=diff, verify=verify, full=full, as_json=as_json)
    change(opened, record, answers.as_dict(), wishes)
