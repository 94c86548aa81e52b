"""`fastforge add-module`: a feature in layers, its table's revision, and their tests."""

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
    YesOption,
)


def add_module(
    name: Annotated[
        str | None, typer.Argument(help="Its name, and that of its folder and table.")
    ] = None,
    *,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:TYPE[,unique|,index][=DEFAULT]",
            help="What it holds: sku:str{3,20},unique, price:Decimal>=0, active:bool,index=true, "
            "a file: photo:file{,5MB}, "
            "or rows of another module that it refers to: link:->links,cascade.",
        ),
    ] = None,
    item: Annotated[
        str | None, typer.Option(metavar="NAME", help="What one is called: product.")
    ] = None,
    guard: Annotated[
        str | None,
        typer.Option(
            metavar="user|none|SCOPE", help="Who may use it: users, as known clients are called."
        ),
    ] = None,
    owned: Annotated[
        bool,
        typer.Option(
            "--owned", help="Rows belong to the caller that made them; this cannot change later."
        ),
    ] = False,
    gateway: Annotated[
        bool, typer.Option("--gateway", help="Add a client of another service, over HTTP.")
    ] = False,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="NAME[>=|<=],...",
            help="What its list may be filtered by: active,added>=,added<=.",
        ),
    ] = None,
    sort: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,...", help="What its list may be sorted by: label,added."),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME,...", help="Texts in which its list may look for a part."),
    ] = None,
    routes: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Its routes: list,get,create,replace,change,delete, which is all.",
        ),
    ] = None,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    yes: YesOption = False,
    verify: VerifyOption = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add a module, its table and tests, and verify them."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.adding import Story, Wishes, add
    from fastforge.parts.guards import OPEN, is_opened
    from fastforge.parts.modules.interview import complete
    from fastforge.parts.modules.module import module_part
    from fastforge.parts.modules.place import answer, next_steps, routes_of
    from fastforge.parts.part import prepare
    from fastforge.parts.places import decimal_of, notes_on

    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    given = {
        "name": name,
        "fields": None if field is None else tuple(field),
        "item": item,
        "gateway": gateway,
        "filters": tuple(filters or ()),
        "sorts": tuple(sort or ()),
        "searched": tuple(search or ()),
        "routes": routes,
        "guard": guard,
        "owned": owned,
    }
    answers = answer(opened, complete(opened, given, may_ask=not yes and not as_json))
    addition = prepare(opened, module_part(answers, decimal_of(opened)))
    shown = routes_of(answers)
    story = Story(
        before=shown,
        notes=(OPEN,) if is_opened(opened, answers.guard) else notes_on(opened),
        after=next_steps(answers),
        facts={"routes": list(shown)},
    )
    wishes = Wishes(dry_run=dry_run, diff=diff, verify=verify, full=full, as_json=as_json)
    add(addition, story, wishes)
