"""The questions: defaults, refusals, and the way back."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

from fastforge.answers import Value
from fastforge.errors import UsageError
from fastforge.questions import QUESTIONS, Question, ask

ALL: dict[str, Value] = {
    "name": "shop",
    "description": "Sells.",
    "database": "sqlite",
    "jobstore": "database",
    "metrics": True,
    "docker": True,
    "ci": "github",
    "examples": True,
}


class Person:
    """Types one line after another and remembers what was shown."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        self.shown: list[str] = []

    def read(self, prompt: str) -> str:
        self.shown.append(prompt)
        return self.lines.pop(0)

    def answer(self, given: dict[str, Value] | None = None) -> dict[str, Value]:
        return ask(given or {}, self.read, self.shown.append)


def without(*names: str) -> dict[str, Value]:
    return {name: value for name, value in ALL.items() if name not in names}


def test_enter_takes_each_default() -> None:
    person = Person(["shop", *[""] * 7])

    answers = person.answer()

    assert answers == ALL | {
        "description": "A FastAPI service with scheduled jobs and background tasks."
    }


def test_what_was_given_is_not_asked() -> None:
    person = Person([])

    assert person.answer(ALL) == ALL
    assert person.shown == []


def test_each_question_explains_itself_and_shows_choices_and_default() -> None:
    person = Person(["memory", "no"])

    answers = person.answer(without("jobstore", "metrics"))

    assert person.shown == [
        "Enter takes the answer in brackets, < goes back to the last question.",
        "Where next run times are kept; with memory a restart forgets them.",
        "  jobstore (database, redis, memory) [database]: ",
        "Prometheus metrics, with alert rules and a dashboard.",
        "  metrics (yes, no) [yes]: ",
    ]
    assert answers == ALL | {"jobstore": "memory", "metrics": False}


def test_a_wrong_answer_is_explained_and_asked_again() -> None:
    person = Person(["class", "shop", "mongodb", "memory", "maybe", "y"])

    answers = person.answer(without("name", "jobstore", "docker"))

    assert answers == ALL | {"jobstore": "memory"}
    assert [line for line in person.shown if line.startswith("  ") and ": " not in line[-3:]] == [
        (
            "  The project name `class` is a word of the Python language. "
            "Choose another, for example `class-service`."
        ),
        "  There is no jobstore 'mongodb'. Choose from: database, redis, memory.",
        "  'maybe' is neither yes nor no.",
    ]


def test_the_way_back_offers_the_answer_of_before() -> None:
    person = Person(["shop", "<", "", "Sells."])

    answers = person.answer(without("name", "description"))

    assert answers == ALL
    assert "  name [shop]: " in person.shown


def test_the_way_back_is_one_question_at_a_time() -> None:
    person = Person(["shop", "Buys.", "<", "Sells.", "sqlite"])

    assert person.answer(without("name", "description", "database")) == ALL


def test_the_way_back_from_the_first_question_stays_there() -> None:
    person = Person(["<", "shop"])

    assert person.answer(without("name")) == ALL


def test_the_name_has_no_default() -> None:
    person = Person(["", "shop"])

    assert person.answer(without("name")) == ALL
    assert any("The project name is empty." in line for line in person.shown)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_an_explanation_is_one_line(question: object) -> None:
    explanation = question.explanation  # type: ignore[attr-defined]

    assert explanation.endswith(".")
    assert len(explanation) < 80


def _doubled(answers: Mapping[str, Value]) -> list[str]:
    if answers["count"] == "0":
        raise UsageError("Nothing is not enough.", "Give more.")
    return [str(answers["count"]) * 2]


@pytest.mark.parametrize(
    ("typed", "default", "told"),
    [
        ("3", None, ("33",)),
        ("0", None, ("Nothing is not enough.",)),
        ("", None, ()),
        ("", "4", ("44",)),
        (" < ", "4", ()),
    ],
)
def test_what_is_typed_is_foretold(typed: str, default: str | None, told: tuple[str, ...]) -> None:
    question = Question("count", "How many.", default, echo=_doubled)

    assert tuple(question.foretell(typed, {})) == told


def test_a_question_may_read_in_its_own_way_and_is_given_what_to_tell() -> None:
    def read(prompt: str, tell: Callable[[str], Sequence[str]]) -> str:
        return f"{prompt.strip()}{tell('7')[0]}"

    question = Question("count", "How many.", echo=_doubled, read=read)
    person = Person([])

    answers = ask({}, person.read, person.shown.append, [question])

    assert answers == {"count": "count:77"}
    assert person.shown[-1] == "  count:77count:77"
