"""The answers to a template's questions: given, asked for in our prompts, or the template's own."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastforge.errors import UsageError
from fastforge.from_template.config import Config
from fastforge.from_template.prompts import prompt_for
from fastforge.from_template.question import TemplateQuestion
from fastforge.from_template.rendering import MISSING, Rendering
from fastforge.from_template.values import Plain

_NAMES = ("name", "project_name")
"""Questions to which the name of the folder is offered as the answer."""


@dataclass(frozen=True, slots=True)
class Interview:
    """The questions of a template, in order, and how what they say is rendered."""

    questions: tuple[TemplateQuestion, ...]
    rendering: Rendering

    def context(self, answers: Mapping[str, Any], until: str) -> dict[str, Any]:
        """Give the answers before the question `until` as the template sees them."""
        return next(
            context for question, _, context in self._walk(answers) if question.name == until
        )

    def missing(self, answers: Mapping[str, Any], *, usual: bool) -> list[str]:
        """Name what would be asked; with `usual` what has no default either."""
        return [
            question.name
            for question, value, context in self._walk(answers)
            if question.name not in answers and (value is MISSING or not usual)
            if question.is_wanted(context) and question.type_name(context)
        ]

    def check(self, given: Mapping[str, Any]) -> None:
        """Raise UsageError for an answer to nothing, and for one that is none."""
        names = [question.name for question in self.questions]
        if strange := sorted(given.keys() - set(names)):
            hint = f"It asks for: {', '.join(names)}." if names else "It asks nothing."
            raise UsageError(f"The template does not ask for {', '.join(strange)}.", hint)
        for question in self.questions:
            if question.name in given:
                context = self.context(given, question.name)
                question.check(question.value_of(given[question.name], context), context)

    def takes(self, name: str, answers: Mapping[str, Any]) -> bool:
        """Tell whether the answer to one question is still one."""
        question = next(each for each in self.questions if each.name == name)
        try:
            context = self.context(answers, name)
            question.check(question.value_of(answers[name], context), context)
        except UsageError:
            return False
        return True

    def ask(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a person for what is not given."""
        from fastforge.answers.asking import ask_person

        prompts = [prompt_for(question, self.context) for question in self.questions]
        return ask_person(given, prompts)

    def data(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Give the answers as Copier is told them; defaults it finds itself, but for the name."""
        data: dict[str, Any] = {}
        for question, value, context in self._walk(answers):
            if not _is_open(question, answers, context):
                data[question.name] = _told(question, answers[question.name], value)
            elif question.is_named and question.is_wanted(context):
                data[question.name] = value
        return data

    def typed(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Give what a person would type for these answers, but for secrets and defaults."""
        return {
            question.name: question.typed(value, context)
            for question, value, context in self._walk(answers)
            if not question.spec.get("secret") and not _is_open(question, answers, context)
        }

    def secrets(self, answers: Mapping[str, Any]) -> list[str]:
        """Name the secrets among the answers, which `typed` leaves out."""
        return [
            question.name
            for question, _, context in self._walk(answers)
            if question.spec.get("secret") and not _is_open(question, answers, context)
        ]

    def shown(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Give all answers and defaults as the template sees them, but for secrets."""
        return {
            question.name: value
            for question, value, _ in self._walk(answers)
            if value is not MISSING and not question.spec.get("secret")
        }

    def _walk(
        self, answers: Mapping[str, Any]
    ) -> Iterator[tuple[TemplateQuestion, Any, dict[str, Any]]]:
        """Give each question with its value and the values before it."""
        context = dict(self.rendering.known)
        for question in self.questions:
            value = self._value(question, answers, context)
            yield question, value, context
            if value is not MISSING:
                context[question.name] = value

    def said(self, message: Plain, answers: Mapping[str, Any]) -> str:
        """Give a message of the template; empty if it has none, or it cannot be rendered."""
        context = {**self.rendering.known, **self.shown(answers)}
        with suppress(UsageError):
            return str(self.rendering.rendered(message or "", context, "message")).strip()
        return ""

    @staticmethod
    def _value(question: TemplateQuestion, answers: Mapping[str, Any], context: Plain) -> Plain:
        if _is_open(question, answers, context):
            return question.default(context)
        return question.value_of(answers[question.name], context)


def interview_of(
    config: Config, rendering: Rendering, name: str | None, usual: Mapping[str, Any]
) -> Interview:
    """Make the interview of a template with the user's own defaults, for a new project `name`."""
    questions = []
    for key, spec in config.questions.items():
        plain = spec.get("type", "str") == "str" and not spec.get("choices")
        named = name is not None and key in _NAMES and plain
        offered = name if named else usual.get(key, MISSING)
        questions.append(TemplateQuestion(key, spec, rendering, offered, is_named=named))
    return Interview(tuple(questions), rendering)


def collect(interview: Interview, given: Mapping[str, Any], *, ask: bool, yes: bool) -> Plain:
    """Give the answers; raises UsageError if one is wrong, or missing and nobody can be asked."""
    from fastforge.answers.asking import is_terminal

    interview.check(given)
    absent = interview.missing(given, usual=yes)
    if not absent:
        return dict(given)
    if yes or not ask or not is_terminal():
        reason = "--yes was given" if yes else "there is no terminal to ask at"
        examples = " ".join(shlex.quote(f"--data={name}=VALUE") for name in absent)
        more = "" if yes else ", or --yes for what has a default"
        raise UsageError(f"Missing: {', '.join(absent)}; {reason}.", f"Add {examples}{more}.")
    return interview.ask(given)


def _is_open(question: TemplateQuestion, answers: Mapping[str, Any], context: Plain) -> bool:
    """Tell whether the default counts: nothing is given, or Enter at a default that is hidden."""
    if question.name not in answers:
        return True
    return answers[question.name] == "" and question.hides_default(context)


def _told(question: TemplateQuestion, raw: Plain, value: Plain) -> Plain:
    """Give an answer for Copier, which reads a text as YAML or JSON once more."""
    return raw if isinstance(raw, str) and not question.spec.get("choices") else value
