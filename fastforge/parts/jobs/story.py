"""What is told about a job: its schedule in words, its next due times, and what to look out for."""

from datetime import datetime, timedelta

from fastforge.parts.adding import Story
from fastforge.parts.durations import read_duration, typed
from fastforge.parts.jobs.job import JobAnswers, shortest_wait
from fastforge.parts.part import Addition
from fastforge.schedule import advice, disagreement
from fastforge.schedule.generated import zone

SHOWN = 5


def story_of(answers: JobAnswers, addition: Addition) -> Story:
    """Tell about a job that is being added."""
    notes = warnings(answers)
    words, *_ = lines = due_lines(answers)
    return Story(
        before=lines,
        notes=notes,
        after=addition.next_steps,
        facts={
            "words": words,
            "fires": [due.isoformat() for due in _fires(answers)],
            "warnings": list(notes),
        },
    )


def due_lines(answers: JobAnswers) -> tuple[str, ...]:
    """Give the schedule in words, and a line for each of its next due times."""
    fires = (f"  {due:%a} {due.isoformat(sep=' ')}" for due in _fires(answers))
    return (answers.choice.schedule.describe(), *fires)


def _fires(answers: JobAnswers) -> list[datetime]:
    here = zone(answers.timezone)
    return [due.astimezone(here) for due in answers.fires][:SHOWN]


def warnings(answers: JobAnswers) -> tuple[str, ...]:
    """Give a sentence for each thing that people trip over."""
    found = advice(answers.choice, answers.started)
    wait = shortest_wait(answers.fires)
    timeout = read_duration("--timeout", answers.timeout)
    if wait is not None and wait < timeout:
        found.append(_overlap(wait, timeout, answers.max_instances))
    other = disagreement(answers.choice, answers.started, answers.fires)
    if other is not None:
        reason = f" ({other.reason})" if other.reason else "; please report it"
        found.append(
            f"croniter is due at {other.croniter.isoformat()} instead of "
            f"{other.ours.isoformat()}{reason}."
        )
    return tuple(found)


def _overlap(wait: timedelta, timeout: timedelta, instances: int) -> str:
    consequence = (
        "a due time is skipped while a run goes on"
        if instances == 1
        else f"up to {instances} runs go on at once"
    )
    return f"It is due every {typed(wait)} but a run may take {typed(timeout)}: {consequence}."
