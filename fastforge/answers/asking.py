"""Asking for what was not given: one question after the other, at a terminal, with a way back."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from fastforge.answers.question import BACK, Question
from fastforge.answers.values import Value
from fastforge.errors import UsageError
from fastforge.terminal.console import say, wrapped
from fastforge.terminal.live import read_choice, read_text
from fastforge.terminal.shell import quoted

INTRODUCTION: Final = f"Enter takes the answer in brackets, {BACK} goes back to the last question."


def ask_person(given: Mapping[str, Value], about: Sequence[Question]) -> dict[str, Value]:
    """Ask at the terminal for what was not given."""
    return ask(given, read_text, _tell, about, read_choice)


def missing(words: Sequence[str], *examples: str) -> UsageError:
    """Make the refusal of a command that lacks values, with the command that has `examples` too."""
    problem = f"Missing: {', '.join(words)}; there is no terminal to ask at."
    typed = [word for word in sys.argv[1:] if word not in {"--yes", "-y"}]
    return UsageError(problem, f"Type it all: {quoted(['fastforge', *typed, *examples])}")


def is_terminal() -> bool:
    """Tell whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(
    given: Mapping[str, Value],
    read: Callable[[str], str],
    tell: Callable[[str], None],
    about: Sequence[Question],
    choose: Callable[[str, Callable[[str], Mapping[str, str]], str], str] | None = None,
) -> dict[str, Value]:
    """Ask for what was not given; `read` shows a prompt and gives what was typed.

    `choose` does so where there are choices: it is given the prompt, what is offered for what is
    typed so far, and the default.
    """
    answers = dict(given)
    questions = [question for question in about if question.name not in given]
    if any(question.possible(answers) for question in questions):
        tell(INTRODUCTION)
    position = 0
    while position < len(questions):
        question = questions[position]
        if not question.possible(answers):  # it may have been, before the person went back
            answers.pop(question.name, None)
            position += 1
            continue
        if question.shaped:
            question = question.shaped(answers)
        question = _with_last_answer(question, answers)
        tell(question.explanation)
        if question.read:
            typed = question.read(question.prompt, partial(question.foretell, answers=answers))
        elif choose and question.is_choice:
            typed = choose(question.prompt, question.offered, question.usual)
        else:
            typed = read(question.prompt)
        if typed.strip() == BACK:
            asked = [each for each in range(position) if questions[each].possible(answers)]
            position = asked[-1] if asked else position
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


def _tell(text: str) -> None:
    say(wrapped(text, "  " if text.startswith("  ") else ""))
