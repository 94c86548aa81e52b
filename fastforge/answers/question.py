"""One question: its default, a line that explains it, what may be chosen, and reading an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastforge.answers.values import Value
from fastforge.errors import UsageError

BACK: Final = "<"


@dataclass(frozen=True, slots=True)
class Question:
    """One answer to ask for. With `choices` it takes one of them; a bool is asked as yes or no.

    Each choice has a line that says what it means. `suggest` gives such choices for what is typed
    so far, where there are too many. What is `optional` is not missed where nobody is asked. What
    is not `possible` with the answers so far is not asked.
    `echo` gives the lines to show after an answer, from all answers so far, or refuses it. `read`
    takes the place of the usual way to read what is typed: it is given the prompt, and what to show
    for what is typed so far. `shaped` gives the question as it is with the answers so far, where
    its words, default or choices depend on them.
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
    possible: Callable[[Mapping[str, Value]], bool] = lambda _answers: True
    shaped: Callable[[Mapping[str, Value]], "Question"] | None = None

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
        found = self._all.items()
        return {choice: why for choice, why in found if choice.casefold().startswith(start)}

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


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _parse_bool(text: str) -> bool:
    answer = {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
    if answer is None:
        raise UsageError(f"{text!r} is neither yes nor no.")
    return answer
