"""`fastforge change-module`: other fields, routes, guard or lists for a module that is there."""

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
    add_field: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:TYPE", help="As --field of add-module, with a default."),
    ] = None,
    drop_field: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Its data is lost.")
    ] = None,
    rename_field: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Its data is kept.")
    ] = None,
    routes: Annotated[
        str | None,
        typer.Option(
            metavar="ROUTE,...", help="Only these: list,get,create,replace,change,delete."
        ),
    ] = None,
    filter_: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", metavar="FIELD,...", help="What its list is asked by; '' for nothing."
        ),
    ] = None,
    sort: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD,...", help="All that its list can be sorted by."),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD,...", help="The texts that its list is searched in."),
    ] = None,
    guard: Annotated[
        str | None,
        typer.Option(metavar="none|user|SCOPE", help="Who may use its routes: links:write."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Lose the data of dropped fields without asking.")
    ] = False,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    verify: VerifyOption = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Change a module, merging what you edited, and verify it."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.adding import Wishes
    from fastforge.parts.modules.changing import FieldChanges, changed
    from fastforge.parts.modules.consent import require_loss
    from fastforge.parts.modules.place import routes_of
    from fastforge.terminal.console import say
    from fastforge.updating.changing import change, part_to_change

    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    record = part_to_change(opened, "module", name)
    lists = {"filters": filter_, "sorts": sort, "searched": search}
    given = {
        name: None if texts is None else tuple(filter(str.strip, texts))
        for name, texts in lists.items()
    }
    fields = FieldChanges(
        added=tuple(add_field or ()),
        dropped=tuple(drop_field or ()),
        renamed=tuple(rename_field or ()),
    )
    new = changed(opened, record.answers, {**given, "routes": routes, "guard": guard}, fields)
    wishes = Wishes(dry_run=dry_run, diff=diff, verify=verify, full=full, as_json=as_json)
    if new.lost and not (dry_run or diff):
        require_loss(name, new.lost, yes=yes, as_json=as_json)
    if not as_json:
        for line in routes_of(new.answers):
            say(line)
    change(opened, record, new.answers.as_dict(), wishes, new.revision)
