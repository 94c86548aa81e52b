"""`fastforge add-job`: one scheduled job and its test."""

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


def add_job(
    name: Annotated[str | None, typer.Argument(help="Its name, and that of its file.")] = None,
    *,
    every: Annotated[
        str | None, typer.Option(metavar=DURATION, help="Due at each interval.")
    ] = None,
    daily: Annotated[str | None, typer.Option(metavar="HH:MM", help="Due once a day.")] = None,
    cron: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help='Due by crontab(5): "0 12 * * 1-5".')
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="ISO8601", help="Due once: 2026-12-01T09:00.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="IANA", help="Of the schedule; the project's if not given."),
    ] = None,
    queues: Annotated[
        str | None, typer.Option(metavar="TASK", help="The task that it queues once, if any.")
    ] = None,
    description: Annotated[str | None, typer.Option(help="What it does, in a sentence.")] = None,
    asynchronous: Annotated[
        bool, typer.Option("--async", help="Make its function `async def`.")
    ] = False,
    retries: Annotated[int, typer.Option(help="How often a run that raised is tried again.")] = 0,
    timeout: Annotated[
        str | None,
        typer.Option(
            metavar=DURATION, help="How long a run may take; 10m, or less if due earlier."
        ),
    ] = None,
    jitter: Annotated[
        str, typer.Option(metavar=DURATION, help="Start up to so much after the due time.")
    ] = "0s",
    misfire_grace: Annotated[
        str, typer.Option(metavar=DURATION, help="How late a missed due time is still run.")
    ] = "1h",
    max_instances: Annotated[int, typer.Option(help="How many runs may go on at once.")] = 1,
    coalesce: Annotated[
        bool, typer.Option("--coalesce/--no-coalesce", help="Run the last of several missed.")
    ] = True,
    idempotent: Annotated[
        bool | None,
        typer.Option("--idempotent/--no-idempotent", help="Repeat a run that was cut off."),
    ] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Never due until enabled.")] = False,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    yes: YesOption = False,
    verify: VerifyOption = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add a scheduled job and its test, and verify them."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.adding import Wishes, add
    from fastforge.parts.jobs.interview import complete
    from fastforge.parts.jobs.job import answer, job_part
    from fastforge.parts.jobs.queues import values_for
    from fastforge.parts.jobs.story import story_of
    from fastforge.parts.part import prepare, saved

    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    schedules = {"every": every, "daily": daily, "cron": cron, "at": at}
    given = {
        "name": name,
        "timezone": timezone,
        "queues": queues,
        "description": description,
        "timeout": timeout,
        "asynchronous": asynchronous,
        "retries": retries,
        "jitter": jitter,
        "misfire_grace": misfire_grace,
        "max_instances": max_instances,
        "coalesce": coalesce,
        "idempotent": idempotent,
        "enabled": not disabled,
    }
    asked = complete(opened, given, schedules, may_ask=not yes and not as_json)
    before = saved(opened, "job", str(asked["name"]))
    answers = answer(asked, before.answers if before else None)
    addition = prepare(opened, job_part(answers, values_for(opened, answers.queues)))
    wishes = Wishes(dry_run=dry_run, diff=diff, verify=verify, full=full, as_json=as_json)
    add(addition, story_of(answers, addition), wishes)
