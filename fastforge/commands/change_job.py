"""`fastforge change-job`: other answers for a job that is there; what you edited is merged."""

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
)


def change_job(
    name: Annotated[str, typer.Argument(help="The job, as `fastforge list` shows it.")],
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
    timezone: Annotated[str | None, typer.Option(metavar="IANA", help="Of the schedule.")] = None,
    description: Annotated[str | None, typer.Option(help="What it does, in a sentence.")] = None,
    retries: Annotated[
        int | None, typer.Option(help="How often a run that raised is tried again.")
    ] = None,
    timeout: Annotated[
        str | None, typer.Option(metavar=DURATION, help="How long a run may take.")
    ] = None,
    jitter: Annotated[
        str | None,
        typer.Option(metavar=DURATION, help="Start up to so much after the due time."),
    ] = None,
    misfire_grace: Annotated[
        str | None,
        typer.Option(metavar=DURATION, help="How late a missed due time is still run."),
    ] = None,
    max_instances: Annotated[
        int | None, typer.Option(help="How many runs may go on at once.")
    ] = None,
    coalesce: Annotated[
        bool | None,
        typer.Option("--coalesce/--no-coalesce", help="Run only the last missed."),
    ] = None,
    idempotent: Annotated[
        bool | None,
        typer.Option("--idempotent/--no-idempotent", help="Repeat a run that was cut off."),
    ] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Whether it is due at all.")
    ] = None,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    verify: VerifyOption = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Change a job, merging what you edited, and verify it."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.parts.adding import Wishes
    from fastforge.parts.jobs.changing import changed
    from fastforge.parts.jobs.story import due_lines, warnings
    from fastforge.terminal.console import note, say
    from fastforge.updating.changing import change, part_to_change

    opened = opened_to_write(project, reads_only=dry_run or diff, trusts=trust)
    given = {
        "timezone": timezone,
        "description": description,
        "retries": retries,
        "timeout": timeout,
        "jitter": jitter,
        "misfire_grace": misfire_grace,
        "max_instances": max_instances,
        "coalesce": coalesce,
        "idempotent": idempotent,
        "enabled": enabled,
    }
    record = part_to_change(opened, "job", name)
    answers = changed(
        record.answers, given, {"every": every, "daily": daily, "cron": cron, "at": at}
    )
    if not as_json:
        for line in due_lines(answers):
            say(line)
        for warning in warnings(answers):
            note(f"note: {warning}")
    wishes = Wishes(dry_run=dry_run, diff=diff, verify=verify, full=full, as_json=as_json)
    change(opened, record, answers.as_dict(), wishes)
