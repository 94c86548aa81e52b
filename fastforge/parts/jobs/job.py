"""A scheduled job: its answers, checked, and what its template is given."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from fastforge.answers.names import check_part_name, is_part_name
from fastforge.answers.saved import Former, read_saved
from fastforge.answers.values import check_timezone, one_line
from fastforge.errors import UsageError
from fastforge.parts.answers import check_count, usual_description
from fastforge.parts.durations import read_duration, source, typed
from fastforge.parts.part import Part
from fastforge.schedule import ScheduleChoice, choose, preview
from fastforge.schedule.choice import KINDS
from fastforge.terminal.shell import quoted

FORETOLD = 8
"""Due times that are shown, or compared with croniter: a week and a day of a daily job."""
LONGEST_EXPRESSION = 80
LONGEST_TIMEOUT = timedelta(minutes=10)
"""The timeout of a job that is not due again before."""

FORMER: Final[Former] = {}
"""What older versions asked: see `Former`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAnswers:
    """The answers of a job; lengths of time are as typed, `start` is ISO 8601 in UTC."""

    name: str
    kind: str
    schedule: str
    timezone: str
    description: str
    queues: str = ""
    asynchronous: bool = False
    retries: int = 0
    timeout: str = ""
    jitter: str = "0s"
    misfire_grace: str = "1h"
    max_instances: int = 1
    coalesce: bool = True
    idempotent: bool = False
    enabled: bool = True
    start: str = ""

    @property
    def choice(self) -> ScheduleChoice:
        """When it is due; raises UsageError if that cannot be, or was before `start`."""
        return choose({self.kind: self.schedule}, self.timezone, self.started)

    @property
    def started(self) -> datetime:
        """The moment from which on due times are foretold."""
        return datetime.fromisoformat(self.start)

    @property
    def fires(self) -> list[datetime]:
        """The first due times after `start`."""
        return preview(self.choice.schedule, self.started, FORETOLD)

    def as_dict(self) -> dict[str, object]:
        """Give the answers in their own order, as they are saved."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: Mapping[str, object]) -> "JobAnswers":
        """Read what `as_dict` gave; raises UsageError for answers that are not of this version."""
        given = read_saved(cls, saved, FORMER)
        answers = cls(**given)
        check_part_name("job", answers.name)
        if answers.kind not in KINDS:
            raise UsageError(f"The saved answer `kind` cannot be {answers.kind!a}.")
        if answers.queues and not is_part_name(answers.queues):
            raise UsageError(f"The saved answer `queues` cannot be {answers.queues!a}.")
        if not _is_moment(answers.start):
            raise UsageError(f"The saved answer `start` cannot be {answers.start!a}.")
        return checked(given)


def answer(given: Mapping[str, object], before: Mapping[str, object] | None) -> JobAnswers:
    """Check what was given and add the defaults; raises UsageError for what cannot be.

    `before` are the answers of the same job when it was made, if it was: the same answers give the
    same job, whatever the time is now.
    """
    start = datetime.now(UTC).replace(microsecond=0).isoformat()
    if before and isinstance(saved := before.get("start"), str):
        again = checked({**given, "start": saved})
        if again.as_dict() == {**_LATER, **before}:
            return again
    return checked({**given, "start": start})


_LATER = {"queues": ""}
"""Answers that older versions did not save."""


def job_part(answers: JobAnswers, values: Iterable[tuple[str, str]] = ()) -> Part:
    """Make the part of a job; `values` are those of the payload of the task that it queues."""
    context = {
        "name": answers.name,
        "description": answers.description,
        "schedule": _schedule_source(answers.choice),
        "queues": answers.queues,
        "values": [list(pair) for pair in values],
        "asynchronous": answers.asynchronous,
        "idempotent": answers.idempotent,
        "rules": _rules(answers),
    }
    return Part(
        kind="job",
        name=answers.name,
        answers=answers.as_dict(),
        context=context,
        command=command_for(answers),
        newer=("--queues",) if answers.queues else (),
    )


def command_for(answers: JobAnswers) -> str:
    """Give the command that makes this job without asking."""
    words = ["fastforge", "add-job", answers.name, f"--{answers.kind}", answers.schedule]
    words += ["--timezone", answers.timezone]
    usual = JobAnswers(name="", kind="", schedule="", timezone="", description="")
    if answers.description != usual_description(answers.name):
        words.append(f"--description={answers.description}")
    words += ["--queues", answers.queues] if answers.queues else []
    words += ["--async"] if answers.asynchronous else []
    usual = replace(usual, timeout=_timeout_at_any_time(answers))
    for option in ("retries", "timeout", "jitter", "misfire_grace", "max_instances"):
        value = getattr(answers, option)
        if value != getattr(usual, option):
            words += [f"--{option.replace('_', '-')}", str(value)]
    words += [] if answers.coalesce else ["--no-coalesce"]
    words += ["--idempotent"] if answers.idempotent else []
    return quoted([*words, *([] if answers.enabled else ["--disabled"])])


def checked(given: Mapping[str, object]) -> JobAnswers:
    """Check all answers, `start` included; raises UsageError for what cannot be."""
    known = {field.name for field in fields(JobAnswers)}
    answers = JobAnswers(**{name: given[name] for name in known & given.keys()})  # type: ignore[arg-type]
    check_timezone(answers.timezone)
    check_length(answers.schedule)
    for option, least in (("retries", 0), ("max_instances", 1)):
        check_count(option, getattr(answers, option), least)
    timeout = answers.timeout or usual_timeout(answers)
    return replace(
        answers,
        schedule=answers.choice.text,
        description=one_line("description", answers.description or usual_description(answers.name)),
        timeout=typed(read_duration("--timeout", timeout)),
        jitter=typed(read_duration("--jitter", answers.jitter, zero=True)),
        misfire_grace=typed(read_duration("--misfire-grace", answers.misfire_grace)),
    )


def check_length(schedule: str) -> None:
    """Raise UsageError if a schedule would not fit into a line of generated code."""
    if len(schedule) > LONGEST_EXPRESSION:
        length = len(schedule)
        problem = f"The schedule has {length} characters; {LONGEST_EXPRESSION} is the most."
        raise UsageError(problem, "Write lists as ranges or steps, or make two jobs.")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def shortest_wait(fires: list[datetime]) -> timedelta | None:
    """Give the shortest time between two due times; None if there is only one."""
    moments = [due.astimezone(UTC) for due in fires]
    waits = [later - earlier for earlier, later in pairwise(moments)]
    return min(waits, default=None)


def usual_timeout(answers: JobAnswers) -> str:
    """Give the timeout of a job of which none is said: the shortest wait, ten minutes at most."""
    return typed(_usual_timeout(answers.fires))


def _timeout_at_any_time(answers: JobAnswers) -> str:
    """Give the usual timeout; none if that of a crontab may be another one from another time on."""
    usual = _usual_timeout(answers.fires)
    return "" if answers.kind == "cron" and usual < LONGEST_TIMEOUT else typed(usual)


def _usual_timeout(fires: list[datetime]) -> timedelta:
    wait = shortest_wait(fires)
    return min(wait, LONGEST_TIMEOUT) if wait else LONGEST_TIMEOUT


_DEFAULTS = {
    "misfire_grace": "timedelta(hours=1)",
    "coalesce": "True",
    "max_instances": "1",
    "jitter": "timedelta(0)",
    "retries": "0",
    "idempotent": "False",
    "enabled": "True",
}
"""What a job says of itself if nothing is said; its file names only what differs."""


def _rules(answers: JobAnswers) -> list[list[str]]:
    def duration(option: str) -> str:
        return source(read_duration(option, getattr(answers, option), zero=True))

    rules = [
        ["misfire_grace", duration("misfire_grace")],
        ["coalesce", str(answers.coalesce)],
        ["max_instances", str(answers.max_instances)],
        ["jitter", duration("jitter")],
        ["timeout", duration("timeout")],
        ["retries", str(answers.retries)],
        ["idempotent", str(answers.idempotent)],
        ["enabled", str(answers.enabled)],
    ]
    return [[name, value] for name, value in rules if value != _DEFAULTS.get(name)]


def _schedule_source(choice: ScheduleChoice) -> str:
    """Write the schedule as `ruff format` leaves it in the declaration of a job."""
    line = choice.source
    if len(f"    schedule={line},") <= 100:  # noqa: PLR2004 (the line length of generated code)
        return line
    call, _, arguments = line.removesuffix(")").partition("(")
    first, _, rest = arguments.partition('", ')
    return f'{call}(\n        {first}",\n        {rest},\n    )'
