"""Other answers for a project: `--set metrics=false`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields

from fastforge.answers.project import ProjectAnswers, refusal, usual_broker
from fastforge.answers.values import Value
from fastforge.errors import UsageError

_YES, _NO = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})


def changed_answers(texts: Sequence[str], saved: Mapping[str, object]) -> dict[str, Value]:
    """Read `NAME=VALUE` texts into the answers that differ from the saved ones.

    Raises UsageError for what cannot be an answer, or cannot be changed.
    """
    given: dict[str, Value] = {}
    for text in texts:
        name, found, value = text.partition("=")
        if not found:
            raise UsageError(
                f"--set {text!a} is not NAME=VALUE.", "For example --set metrics=false"
            )
        given[name] = _value(name, value)
    if "engine" in given and "broker" not in given:
        same = (saved.get("engine", "inprocess") == "inprocess") == (given["engine"] == "inprocess")
        given |= {} if same else {"broker": usual_broker(given["engine"])}
    usual = {field.name: field.default for field in fields(ProjectAnswers)}
    if reason := refusal({**usual, **saved, **given}):  # type: ignore[dict-item]
        problem, hint = reason
        raise UsageError(problem, re.sub(r"--(\w+) (\w+)", r"--set \1=\2", hint))
    return {name: value for name, value in given.items() if value != saved.get(name, usual[name])}


def _value(name: str, text: str) -> Value:
    kinds = {field.name: field.type for field in fields(ProjectAnswers) if field.name != "name"}
    if name not in kinds:
        problem = f"--set {name!a}: there is no such answer that can be changed."
        raise UsageError(problem, f"Choose from: {', '.join(kinds)}.")
    if kinds[name] not in (bool, "bool"):
        return text
    if (word := text.casefold()) not in _YES | _NO:
        raise UsageError(f"--set {name}={text!a} is neither true nor false.", "Give one of these.")
    return word in _YES
