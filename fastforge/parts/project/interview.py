"""Getting the answers of a new project: from flags, from a person, from defaults."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastforge.answers.project import ProjectAnswers, Value
from fastforge.answers.question import QUESTIONS, Question, ask as ask_questions
from fastforge.errors import UsageError
from fastforge.parts.project.creation import command_for, complete
from fastforge.terminal.console import say, wrapped
from fastforge.terminal.live import read_choice, read_text
from fastforge.terminal.shell import quoted

_EXAMPLE = "my-shop"


def collect(given: Mapping[str, Value], into: Path, *, ask: bool, yes: bool) -> ProjectAnswers:
    """Give the answers; raises UsageError if one is wrong, or missing and nobody can be asked."""
    valid = complete(
        {"name": _EXAMPLE, **given}
    )  # what was given is refused before anything is asked
    needed = [question.name for question in QUESTIONS if not question.optional]
    absent = [name for name in needed if name not in given]
    if not absent or (yes and "name" in given):
        return valid
    if not ask or not is_terminal():
        what = "name" if "name" in absent and yes else ", ".join(absent)
        reason = "--yes was given" if yes else "there is no terminal to ask at"
        problem = f"Missing: {what}; {reason}."
        raise UsageError(problem, f"Type it all: {command_for(valid, into, given)}")
    return complete(ask_person(given))


def ask_person(
    given: Mapping[str, Value], about: Sequence[Question] = QUESTIONS
) -> dict[str, Value]:
    """Ask at the terminal for what was not given."""
    return ask_questions(given, read_text, _tell, about, read_choice)


def missing(words: Sequence[str], *examples: str) -> UsageError:
    """Make the refusal of a command that lacks values, with the command that has `examples` too."""
    problem = f"Missing: {', '.join(words)}; there is no terminal to ask at."
    typed = [word for word in sys.argv[1:] if word not in {"--yes", "-y"}]
    return UsageError(problem, f"Type it all: {quoted(['fastforge', *typed, *examples])}")


def is_terminal() -> bool:
    """Tell whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _tell(text: str) -> None:
    say(wrapped(text, "  " if text.startswith("  ") else ""))
