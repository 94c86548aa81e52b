"""`fastforge when`: the next due times of a schedule, without a project."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fastforge.commands.options import JsonOption

if TYPE_CHECKING:
    from fastforge.schedule import ScheduleChoice

MOST = 1000


def when(
    expression: Annotated[
        str | None, typer.Argument(help='A crontab expression, such as "0 12 * * 1-5" or @daily.')
    ] = None,
    *,
    every: Annotated[str | None, typer.Option(help="An interval: 30s, 5m, 2h30m, 1d.")] = None,
    daily: Annotated[str | None, typer.Option(help="A time of day: 03:30.")] = None,
    at: Annotated[str | None, typer.Option(help="A moment: 2026-12-01T09:00.")] = None,
    timezone: Annotated[str, typer.Option(help="The IANA timezone of the schedule.")] = "UTC",
    count: Annotated[int, typer.Option(min=1, max=MOST, help="How many due times.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Show the next due times of a schedule.

    It is a crontab expression, an interval, a time of day or a moment.
    """
    from datetime import UTC

    from fastforge.schedule import advice, choose, preview
    from fastforge.schedule.generated import zone
    from fastforge.terminal.console import say, say_json

    now = datetime.now(UTC)
    choice = choose({"every": every, "daily": daily, "cron": expression, "at": at}, timezone, now)
    fires = [due.astimezone(zone(timezone)) for due in preview(choice.schedule, now, count)]
    warnings = advice(choice, now)
    if as_json:
        say_json(_as_json(choice, fires, warnings))
    else:
        say("\n".join([choice.schedule.describe(), *_lines(fires)]))
        _note(warnings)


def _as_json(
    choice: "ScheduleChoice", fires: list[datetime], warnings: list[str]
) -> dict[str, object]:
    return {
        "kind": choice.kind,
        "schedule": choice.text,
        "timezone": choice.timezone,
        "words": choice.schedule.describe(),
        "fires": [due.isoformat() for due in fires],
        "warnings": warnings,
    }


def _lines(fires: list[datetime]) -> list[str]:
    return [f"  {due:%a} {due.isoformat(sep=' ')}" for due in fires]


def _note(warnings: list[str]) -> None:
    from fastforge.terminal.console import note

    for warning in warnings:
        note(f"note: {warning}")
