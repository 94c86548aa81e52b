"""The questions: defaults, refusals, and the way back."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

from fastforge.answers.asking import ask
from fastforge.answers.project import BROKERS, CI_SERVICES, DATABASES, ENGINES, JOBSTORES
from fastforge.answers.question import Question
from fastforge.answers.values import Value
from fastforge.errors import UsageError
from fastforge.parts.project.interview import QUESTIONS

ALL: dict[str, Value] = {
    "name": "shop",
    "description": "Sells.",
    "database": "sqlite",
    "jobstore": "database",
    "metrics": True,
    "page": True,
    "docker": True,
    "ci": "github",
    "examples": True,
    "timezone": "UTC",
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
        return ask(given or {}, self.read, self.shown.append, QUESTIONS)


def without(*names: str) -> dict[str, Value]:
    return {name: value for name, value in ALL.items() if name not in names}


def test_enter_takes_each_default() -> None:
    person = Person(["shop", *[""] * 9])

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


def test_an_engine_is_asked_for_with_postgresql_only_and_a_broker_with_an_engine_only() -> None:
    person = Person(["postgresql", "", "taskiq", "", ""])
    expected = ALL | {"database": "postgresql", "engine": "taskiq", "broker": "redis"}

    assert person.answer(without("database", "jobstore", "metrics")) == expected
    assert [shown.split()[0] for shown in person.shown if shown.endswith(": ")] == [
        *("database", "jobstore", "engine", "broker", "metrics")
    ]


def test_the_way_back_passes_over_what_was_not_asked_and_forgets_what_cannot_be() -> None:
    person = Person(["postgresql", "celery", "rabbitmq", "<", "<", "<", "sqlite", "<", "", "no"])

    assert person.answer(without("database", "metrics")) == ALL | {"metrics": False}
    assert [shown.split()[0] for shown in person.shown if shown.endswith(": ")] == [
        *("database", "engine", "broker", "metrics", "broker", "engine", "database"),
        *("metrics", "database", "metrics"),
    ]


def test_the_name_has_no_default() -> None:
    person = Person(["", "shop"])

    assert person.answer(without("name")) == ALL
    assert any("The project name is empty." in line for line in person.shown)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_an_explanation_is_one_line(question: object) -> None:
    explanation = question.explanation  # type: ignore[attr-defined]

    assert explanation.endswith(".")
    assert len(explanation) < 80


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_each_choice_says_what_it_means(question: Question) -> None:
    choices = question.offered("")

    assert all(choices.values()) or question.suggest
    assert all(len(f"{choice}{why}") < 70 for choice, why in choices.items())
    assert bool(choices) is question.is_choice


def test_the_choices_are_those_that_there_are() -> None:
    asked = {question.name: tuple(question.choices) for question in QUESTIONS}

    assert (asked["database"], asked["jobstore"], asked["ci"]) == (
        DATABASES,
        JOBSTORES,
        CI_SERVICES,
    )
    assert (asked["engine"], ("none", *asked["broker"])) == (ENGINES, BROKERS)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("", ["yes", "no"]), ("N", ["no"]), (" y ", ["yes"]), ("<", []), ("maybe", [])],
)
def test_a_choice_is_offered_if_it_begins_with_what_is_typed(
    typed: str, offered: list[str]
) -> None:
    assert list(Question("metrics", "Metrics.", True).offered(typed)) == offered


def test_where_there_are_choices_they_are_read_with_the_default_and_back_again() -> None:
    person, told = Person([]), []
    typed = iter(["memory", "<", "redis", "no"])

    def choose(prompt: str, offered: Callable[[str], Mapping[str, str]], usual: str) -> str:
        told.append((prompt.split(maxsplit=1)[0], list(offered("")), usual))
        return next(typed)

    given = without("jobstore", "metrics")
    answers = ask(given, person.read, person.shown.append, QUESTIONS, choose)

    assert answers == ALL | {"jobstore": "redis", "metrics": False}
    assert told == [
        ("jobstore", ["database", "redis", "memory"], "database"),
        ("metrics", ["yes", "no"], "yes"),
        ("jobstore", ["database", "redis", "memory"], "memory"),
        ("metrics", ["yes", "no"], "yes"),
    ]


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
