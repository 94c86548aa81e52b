"""What is told about a task: its route, what it is given, and how its runs are limited."""

from collections.abc import Iterator

from fastforge.parts.adding import Story
from fastforge.parts.guards import OPEN, is_opened, usual_guard
from fastforge.parts.part import Addition
from fastforge.parts.places import notes_on
from fastforge.parts.tasks.task import TaskAnswers


def story_of(answers: TaskAnswers, addition: Addition) -> Story:
    """Tell about a task that is being added."""
    usual = usual_guard(addition.project)
    return Story(
        before=(
            f"POST {answers.route}" if answers.route else "no route",
            *(f"  {text}" for text in (*answers.params, *_rules(answers, usual))),
        ),
        notes=_notes(answers, addition),
        after=addition.next_steps,
        facts={"route": answers.route or None},
    )


def _rules(answers: TaskAnswers, guard: str) -> Iterator[str]:
    for option, usual in (("guard", guard), ("delay", ""), ("priority", 0), ("rate_limit", "")):
        value = getattr(answers, option)
        if value != usual:
            yield f"{option.replace('_', ' ')} {value}"


def _notes(answers: TaskAnswers, addition: Addition) -> tuple[str, ...]:
    if answers.no_route:
        return ()
    opened = is_opened(addition.project, answers.guard)
    return (OPEN,) if opened else notes_on(addition.project)
