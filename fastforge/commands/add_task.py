"""`fastforge add-task`: one background task, its endpoint and their tests."""

from pathlib import Path
from typing import Annotated

import typer

from fastforge.commands.options import (
    DURATION,
    DiffOption,
    DryRunOption,
    FullOption,
    JsonOption,
    ProjectOption,
    TrustOption,
    VerifyOption,
    YesOption,
)


def add_task(
    name: Annotated[str | None, typer.Argument(help="Its name, and that of its file.")] = None,
    *,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:TYPE[=DEFAULT]",
            help="What it is given: email:EmailStr, count:int>=1<=10=3, tags:list[str]=[].",
        ),
    ] = None,
    route: Annotated[
        str | None, typer.Option(metavar="/PATH", help="Where it is queued; /NAME if not given.")
    ] = None,
    no_route: Annotated[
        bool, typer.Option("--no-route", help="Make no endpoint: jobs, tasks, services queue it.")
    ] = False,
    guard: Annotated[
        str | None,
        typer.Option(
            metavar="user|ops|none|SCOPE", help="Who may queue it: users, as known clients are."
        ),
    ] = None,
    delay: Annotated[
        str | None, typer.Option(metavar=DURATION, help="Start so long after the request.")
    ] = None,
    priority: Annotated[int, typer.Option(help="A run with a higher one starts first.")] = 0,
    rate_limit: Annotated[
        str | None, typer.Option(metavar="100/minute", help="How many start in a time, at most.")
    ] = None,
    description: Annotated[str | None, typer.Option(help="What it does, in a sentence.")] = None,
    asynchronous: Annotated[
        bool, typer.Option("--async", help="Make its function `async def`.")
    ] = False,
    retries: Annotated[int, typer.Option(help="How often a run that raised is tried again.")] = 3,
    timeout: Annotated[
        str, typer.Option(metavar=DURATION, help="How long a run may take.")
    ] = "30s",
    max_concurrency: Annotated[int, typer.Option(help="How many runs may go on at once.")] = 5,
    idempotent: Annotated[
        bool | None,
        typer.Option("--idempotent/--no-idempotent", help="Repeat a run that was cut off."),
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
    """Add a task, its endpoint and tests, and verify them."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.adding import Wishes, add
    from fastforge.parts.part import prepare
    from fastforge.parts.places import decimal_of
    from fastforge.parts.routes import check_route_is_free
    from fastforge.parts.tasks.interview import complete
    from fastforge.parts.tasks.story import story_of
    from fastforge.parts.tasks.task import answer, task_part

    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    given = {
        "name": name,
        "params": None if param is None else tuple(param),
        "route": route,
        "no_route": no_route,
        "guard": guard,
        "delay": delay,
        "priority": priority,
        "rate_limit": rate_limit,
        "description": description,
        "asynchronous": asynchronous,
        "retries": retries,
        "timeout": timeout,
        "max_concurrency": max_concurrency,
        "idempotent": idempotent,
    }
    answers = answer(opened, complete(opened, given, may_ask=not yes and not as_json))
    if answers.route:
        own = opened.package / "tasks" / f"{answers.name}.py"
        check_route_is_free(opened, answers.route, besides=own)
    addition = prepare(opened, task_part(answers, decimal_of(opened)))
    wishes = Wishes(dry_run=dry_run, diff=diff, verify=verify, full=full, as_json=as_json)
    add(addition, story_of(answers, addition), wishes)
