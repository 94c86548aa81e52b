"""The answers of a project with their defaults, and the command that makes the project again."""

from collections.abc import Container, Mapping
from pathlib import Path

from fastforge.answers.project import (
    ProjectAnswers,
    default_description,
    default_python,
    usual_broker,
)
from fastforge.answers.values import Value
from fastforge.environment.git import configured_author
from fastforge.terminal.shell import quoted

_OF_THE_MACHINE = {"author", "python"}
"""Answers that are usual on one machine and not on another."""


def complete(given: Mapping[str, Value]) -> ProjectAnswers:
    """Give the answers of a project with defaults for what is not `given`; `name` must be.

    Raises UsageError for what cannot be.
    """
    defaults: dict[str, Value] = {
        "description": default_description(),
        "python": default_python(),
        "broker": usual_broker(given.get("engine", "inprocess")),
    }
    if "author" not in given:
        defaults["author"] = configured_author() or f"The {given['name']} developers"
    return ProjectAnswers.from_dict({**defaults, **given})


def command_for(
    answers: ProjectAnswers, parent: Path = Path(), given: Container[str] = frozenset()
) -> str:
    """Give the command that makes this project without asking, and says what was `given`."""
    usual = complete({"name": answers.name})
    words = ["fastforge", "new", answers.name]
    for name, value in answers.as_dict().items():
        if value != getattr(usual, name) or (name in _OF_THE_MACHINE and name in given):
            words += _flag(name, value)
    if parent != Path():
        words += ["-C", str(parent)]
    return quoted([*words, "--yes"])


def _flag(name: str, value: Value) -> list[str]:
    if name == "examples":
        return ["--examples" if value else "--bare"]
    if isinstance(value, bool):
        flag = name.replace("_", "-")
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]
