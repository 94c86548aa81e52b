"""The questions of `fastforge new`: a default, a line of explanation, and a way back for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from fastforge.answers.names import check_project_name
from fastforge.answers.project import Value, check_timezone, default_description, one_line
from fastforge.errors import UsageError

BACK: Final = "<"
INTRODUCTION: Final = f"Enter takes the answer in brackets, {BACK} goes back to the last question."


@dataclass(frozen=True, slots=True)
class Question:
    """One answer to ask for. With `choices` it takes one of them; a bool is asked as yes or no.

    Each choice has a line that says what it means. `suggest` gives such choices for what is typed
    so far, where there are too many. What is `optional` is not missed where nobody is asked.
    `echo` gives the lines to show after an answer, from all answers so far, or refuses it. `read`
    takes the place of the usual way to read what is typed: it is given the prompt, and what to show
    for what is typed so far.
    """

    name: str
    explanation: str
    default: Value | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[str], object] | None = None
    echo: Callable[[Mapping[str, Value]], Sequence[str]] | None = None
    read: Callable[[str, Callable[[str], Sequence[str]]], str] | None = None
    suggest: Callable[[str], Mapping[str, str]] | None = None
    optional: bool = False

    @property
    def prompt(self) -> str:
        """The line that ends where the user types."""
        choices = ", ".join(self._all)
        offered = f" ({choices})" if choices else ""
        default = f" [{_shown(self.default)}]" if self.default is not None else ""
        return f"  {self.name}{offered}{default}: "

    @property
    def usual(self) -> str:
        """The default as it is typed; empty if there is none."""
        return "" if self.default is None else _shown(self.default)

    @property
    def is_choice(self) -> bool:
        """Whether there is something to choose from."""
        return bool(self._all or self.suggest)

    def offered(self, typed: str) -> Mapping[str, str]:
        """Give the choices that fit what is typed so far, with what they mean."""
        text = typed.strip()
        if self.suggest:
            return self.suggest(text) if text else dict.fromkeys([self.usual], "")
        start = text.casefold()
        return {choice: why for choice, why in self._all.items() if choice.startswith(start)}

    @property
    def _all(self) -> Mapping[str, str]:
        both = {"yes": "", "no": ""} if isinstance(self.default, bool) else {}
        return {**both, **self.choices}

    def parse(self, typed: str) -> Value:
        """Read what was typed; raises UsageError if it is no answer."""
        text = typed.strip()
        if not text and self.default is not None:
            return self.default
        if isinstance(self.default, bool):
            return _parse_bool(text)
        if self.choices and text not in self.choices:
            hint = f"Choose from: {', '.join(self.choices)}."
            raise UsageError(f"There is no {self.name} {text!r}.", hint)
        if self.check:
            self.check(text)
        return text

    def answered(self, typed: str, answers: Mapping[str, Value]) -> tuple[Value, Sequence[str]]:
        """Give the answer that was typed and what is told about it; raises UsageError if none."""
        answer = self.parse(typed)
        return answer, self.echo({**answers, self.name: answer}) if self.echo else ()

    def foretell(self, typed: str, answers: Mapping[str, Value]) -> Sequence[str]:
        """Give what would be told about what is typed, or why it is no answer."""
        text = typed.strip()
        if text == BACK or not (text or self.default):
            return ()
        try:
            return self.answered(typed, answers)[1]
        except UsageError as error:
            return (error.message,)


def suggested_zones(typed: str) -> Mapping[str, str]:
    """Give the timezones that may be meant."""
    from fastforge.schedule.timezones import matching  # reads all names

    return dict.fromkeys(matching(typed), "")


QUESTIONS: Final = (
    Question(
        "name",
        "The name of the project and of its folder, such as my-shop.",
        check=check_project_name,
    ),
    Question(
        "description",
        "What the service does, in one sentence.",
        default_description(),
        check=lambda text: one_line("description", text),
    ),
    Question(
        "database",
        "Where the service keeps its data: a file, or a server for many machines.",
        "sqlite",
        {
            "sqlite": "a file: nothing to set up, for one machine",
            "postgresql": "a server that you run: for several machines",
        },
    ),
    Question(
        "jobstore",
        "Where next run times are kept; with memory a restart forgets them.",
        "database",
        {
            "database": "with all other data: nothing to set up, right for most",
            "redis": "in a Redis server that you run",
            "memory": "in the process: for services that may miss a due time",
        },
    ),
    Question(
        "metrics",
        "Prometheus metrics, with alert rules and a dashboard.",
        True,
        {
            "yes": "for those who run Prometheus, or may one day",
            "no": "logs and health checks only",
        },
    ),
    Question(
        "docker",
        "A Dockerfile and a compose file.",
        True,
        {"yes": "to run it in containers", "no": "to run it in another way"},
    ),
    Question(
        "ci",
        "Run the checks on every push.",
        "github",
        {"github": "a workflow for GitHub Actions", "none": "no workflow"},
    ),
    Question(
        "examples",
        "Examples: notifications, payments, a database backup.",
        True,
        {"yes": "real code to learn from; it can be removed", "no": "an empty service"},
    ),
    Question(
        "timezone",
        "The timezone of schedules that name none; type a city, such as Berlin.",
        "UTC",
        check=check_timezone,
        suggest=suggested_zones,
        optional=True,
    ),
)


def ask(
    given: Mapping[str, Value],
    read: Callable[[str], str],
    tell: Callable[[str], None],
    about: Sequence[Question] = QUESTIONS,
    choose: Callable[[str, Callable[[str], Mapping[str, str]], str], str] | None = None,
) -> dict[str, Value]:
    """Ask for what was not given; `read` shows a prompt and gives what was typed.

    `choose` does so where there are choices: it is given the prompt, what is offered for what is
    typed so far, and the default.
    """
    answers = dict(given)
    questions = [question for question in about if question.name not in given]
    if questions:
        tell(INTRODUCTION)
    position = 0
    while position < len(questions):
        question = _with_last_answer(questions[position], answers)
        tell(question.explanation)
        if question.read:
            typed = question.read(question.prompt, partial(question.foretell, answers=answers))
        elif choose and question.is_choice:
            typed = choose(question.prompt, question.offered, question.usual)
        else:
            typed = read(question.prompt)
        if typed.strip() == BACK:
            position = max(position - 1, 0)
            continue
        try:
            answers[question.name], lines = question.answered(typed, answers)
            for line in lines:
                tell(f"  {line}")
            position += 1
        except UsageError as error:
            tell(f"  {error}")
    return answers


def _with_last_answer(question: Question, answers: Mapping[str, Value]) -> Question:
    """Offer what was answered before the user came back."""
    return replace(question, default=answers.get(question.name, question.default))


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _parse_bool(text: str) -> bool:
    answer = {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
    if answer is None:
        raise UsageError(f"{text!r} is neither yes nor no.")
    return answer
