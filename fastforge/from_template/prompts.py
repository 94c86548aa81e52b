"""A template's question as one of our prompts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastforge.answers.question import Question
from fastforge.answers.values import Value
from fastforge.errors import UsageError
from fastforge.from_template.question import TemplateQuestion
from fastforge.from_template.rendering import MISSING
from fastforge.terminal.live import read_text

_ONE_LINE = "One line can be typed here; for more, end this and give it in a file: --data-file."

Contexts = Callable[[Mapping[str, Any], str], Mapping[str, Any]]
"""Gives what the template sees of the answers before a question."""


def prompt_for(question: TemplateQuestion, context_of: Contexts) -> Question:
    """Give the prompt; what it says and offers is made when its turn comes."""
    name = question.name

    def possible(answers: Mapping[str, Value]) -> bool:
        try:
            return question.is_wanted(context_of(answers, name))
        except UsageError:  # told when its turn comes
            return True

    def shaped(answers: Mapping[str, Value]) -> Question:
        context = context_of(answers, name)

        def echo(answers: Mapping[str, Value]) -> Sequence[str]:
            typed = answers[name]
            if typed == "" and question.default(context) is MISSING:
                raise UsageError("This needs an answer.")
            if typed != "" or not question.hides_default(context):
                question.check(question.value_of(typed, context), context)
            return ()

        return _shaped(question, context, echo)

    return Question(name, "", possible=possible, shaped=shaped)


def _shaped(
    question: TemplateQuestion,
    context: Mapping[str, Any],
    echo: Callable[[Mapping[str, Value]], Sequence[str]],
) -> Question:
    default = question.default(context)
    words = [question.text("help", context) or f"What is {question.name}?"]
    if example := question.text("placeholder", context):
        words.append(f"For example: {example}")
    kind = question.type_name(context)
    choices: Mapping[str, str] = question.labels(context)
    if question.several:
        words.append(f"Any of these, separated by commas: {_listed(choices)}.")
        choices = {}
    elif not choices and kind == "bool":
        choices = {"yes": "", "no": ""}
    elif not choices and kind in {"yaml", "json"}:
        words.append(f"This is {kind.upper()}, in one line.")
    elif question.flag("multiline", context, usual=False):
        words.append(_ONE_LINE)
    shown: Value | None = None if default is MISSING else question.typed(default, context)
    if question.hides_default(context):
        words.append("Enter takes the template's own.")
        shown = None
    if question.spec.get("secret") and not choices:
        return Question(
            question.name, "\n".join(words), echo=echo, read=lambda prompt, _: _hidden(prompt)
        )
    return Question(question.name, "\n".join(words), shown, choices, echo=echo)


def _hidden(prompt: str) -> str:
    return read_text(prompt, hidden=True)


def _listed(choices: Mapping[str, str]) -> str:
    return ", ".join(f"{typed} ({why})" if why else typed for typed, why in choices.items())
