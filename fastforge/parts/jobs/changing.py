"""Other answers for a job that is there."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastforge.errors import UsageError
from fastforge.parts.jobs.job import JobAnswers, checked, usual_timeout
from fastforge.schedule import choose


def changed(
    before: Mapping[str, object],
    given: Mapping[str, object],
    schedules: Mapping[str, str | None],
) -> JobAnswers:
    """Give the answers of a job with those that are `given`, which are not None.

    With another schedule, due times are foretold from now on, and a timeout that was the usual one
    is the usual one again. Raises UsageError for what cannot be, or if nothing is given.
    """
    old = JobAnswers.from_dict(before)
    answers = {name: value for name, value in given.items() if value is not None}
    chosen = {kind: text for kind, text in schedules.items() if text is not None}
    if not answers and not chosen:
        raise UsageError("Nothing to change was given.", "Say what: --cron '0 12 * * 1-5'.")
    if chosen or "timezone" in answers:
        timezone = str(answers.get("timezone", old.timezone))
        choose(chosen or {old.kind: old.schedule}, timezone, None)
        [(kind, schedule)] = (chosen or {old.kind: old.schedule}).items()
        start = datetime.now(UTC).replace(microsecond=0).isoformat()
        timeout = "" if old.timeout == usual_timeout(old) else old.timeout
        answers = {"timeout": timeout, **answers}
        answers |= {"kind": kind, "schedule": schedule, "start": start}
    return checked({**old.as_dict(), **answers})
