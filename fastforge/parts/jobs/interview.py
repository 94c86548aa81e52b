"""Getting the answers of a new job: from flags, from a person, from defaults."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from fastforge.answers.asking import ask_person, is_terminal, missing
from fastforge.answers.question import Question
from fastforge.answers.values import Value, check_timezone, one_line, suggested_zones
from fastforge.parts.answers import IDEMPOTENCE, IDEMPOTENT, usual_description
from fastforge.parts.jobs.job import check_length
from fastforge.parts.part import check_free, saved
from fastforge.project.project import Project
from fastforge.schedule import ScheduleChoice, choose, preview
from fastforge.schedule.choice import INTERVAL
from fastforge.schedule.generated import zone
from fastforge.terminal.live import read_live

EXAMPLES = ("03:30", "30m", "0 12 * * 1-5", "@weekly")
SHOWN = 5


def complete(
    project: Project,
    given: Mapping[str, object],
    schedules: Mapping[str, str | None],
    *,
    may_ask: bool,
) -> dict[str, object]:
    """Give the answers with a name, a schedule and a timezone.

    Raises UsageError if one of them is wrong, or missing and nobody can be asked.
    """
    answers = {name: value for name, value in given.items() if value is not None}
    chosen = {kind: text for kind, text in schedules.items() if text is not None}
    timezone = str(answers.get("timezone", project.answers.timezone))
    if chosen:
        choose(chosen, timezone, _made_at(project, answers))
        [(answers["kind"], answers["schedule"])] = chosen.items()
    if "name" in answers:
        check_free(project, "job", str(answers["name"]))
    absent = [word for word in ("name", "schedule") if word not in answers]
    if absent and not (may_ask and is_terminal()):
        examples = {"name": ["nightly_report"], "schedule": ["--daily", "03:30"]}
        raise missing(absent, *(word for name in absent for word in examples[name]))
    if absent:
        answers |= _asked(project, answers)
    return {
        "timezone": timezone,
        "description": usual_description(str(answers["name"])),
        **answers,
    }


def _made_at(project: Project, answers: Mapping[str, object]) -> datetime | None:
    """Give when a job of this name was made: its one-off may be over by now."""
    before = saved(project, "job", str(answers.get("name", "")))
    start = before.answers.get("start") if before else None
    return datetime.fromisoformat(start) if isinstance(start, str) else None


def _asked(project: Project, answers: Mapping[str, object]) -> dict[str, object]:
    wanted = ("name", "description", "timezone", "schedule")
    given: dict[str, Value] = {name: str(answers[name]) for name in wanted if name in answers}
    if answers.get("asynchronous"):
        given["asynchronous"] = True
    if "idempotent" in answers:
        given["idempotent"] = bool(answers["idempotent"])
    asked: dict[str, object] = dict(ask_person(given, _questions(project)))
    if "kind" not in answers:
        asked["kind"], asked["schedule"] = read_schedule(str(asked["schedule"]))
    return asked


def read_schedule(text: str) -> tuple[str, str]:
    """Tell from what was typed, or from the number of an example, the kind of schedule."""
    words = text.strip()
    if words.isdecimal() and 1 <= int(words) <= len(EXAMPLES):
        words = EXAMPLES[int(words) - 1]
    if re.fullmatch(r"\d{1,2}:\d\d", words):
        return "daily", words
    if re.match(r"\d{4}-\d\d-\d\d", words):
        return "at", words
    return ("every" if words and INTERVAL.fullmatch(words) else "cron"), words


def _questions(project: Project) -> tuple[Question, ...]:
    numbered = "   ".join(f"{number}) {example}" for number, example in enumerate(EXAMPLES, 1))
    return (
        Question(
            "name",
            "The name of the job and of its file, such as nightly_report.",
            check=lambda text: check_free(project, "job", text),
        ),
        Question(
            "description",
            "What it does, in one sentence, for lists and logs; enter for its name.",
            "",
            check=lambda text: one_line("description", text),
        ),
        Question(
            "timezone",
            "The timezone of its schedule; type a city, such as Berlin.",
            project.answers.timezone,
            check=check_timezone,
            suggest=suggested_zones,
        ),
        Question(
            "schedule",
            "When it is due: a time of day, an interval, a crontab expression (minute, hour, day,\n"
            "month, weekday), or a moment such as 2099-12-01T09:00. Its meaning is shown below.\n"
            f"For example (its number will do, or the up key): {numbered}",
            echo=_foretell,
            read=partial(read_live, examples=EXAMPLES),
        ),
        Question(
            "asynchronous",
            "Make its function `async def`.",
            False,
            {"yes": "it calls libraries that are awaited", "no": "all else; right for most"},
        ),
        Question("idempotent", IDEMPOTENCE, False, IDEMPOTENT),
    )


def _foretell(answers: Mapping[str, Value]) -> list[str]:
    """Give the schedule in words and its next due times; raises UsageError if it is none."""
    kind, text = read_schedule(str(answers["schedule"]))
    timezone = str(answers["timezone"])
    check_length(text)
    choice: ScheduleChoice = choose({kind: text}, timezone)
    here = zone(timezone)
    fires = preview(choice.schedule, datetime.now(UTC), SHOWN)
    moments = [due.astimezone(here) for due in fires]
    return [
        choice.schedule.describe(),
        *(f"  {due:%a} {due.isoformat(sep=' ', timespec='minutes')}" for due in moments),
    ]
