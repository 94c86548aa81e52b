"""A background task: its answers, checked, and what its template is given."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from fastforge.answers.values import one_line
from fastforge.params import (
    Param,
    field_source,
    import_lines,
    imports_of,
    item_source,
    parse_params,
)
from fastforge.params.examples import known_values
from fastforge.params.kinds import JSON_DECIMAL
from fastforge.parts.answers import check_count, usual_description
from fastforge.parts.durations import read_duration, source, typed
from fastforge.parts.part import Part
from fastforge.parts.routes import check_route
from fastforge.terminal.shell import quoted

_OWN_IMPORTS = frozenset(
    {
        ("datetime", "timedelta"),
        ("http", "HTTPStatus"),
        ("fastapi", "APIRouter"),
        ("pydantic", "BaseModel"),
        ("pydantic", "ConfigDict"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswers:
    """The answers of a task; `params` and `timeout` are as typed."""

    name: str
    params: tuple[str, ...] = ()
    route: str = ""
    description: str = ""
    asynchronous: bool = False
    retries: int = 3
    timeout: str = "30s"
    max_concurrency: int = 5
    idempotent: bool = False

    @property
    def parsed(self) -> tuple[Param, ...]:
        """The parameters; raises UsageError if one cannot be."""
        return parse_params(self.params)

    def as_dict(self) -> dict[str, object]:
        """Give the answers in their own order, as they are saved."""
        return asdict(self)


def answer(given: Mapping[str, object]) -> TaskAnswers:
    """Check what was given and add the defaults; raises UsageError for what cannot be."""
    known = {field.name for field in fields(TaskAnswers)}
    answers = TaskAnswers(**{name: given[name] for name in known & given.keys()})  # type: ignore[arg-type]
    for option, least in (("retries", 0), ("max_concurrency", 1)):
        check_count(option, getattr(answers, option), least)
    route = answers.route or usual_route(answers.name)
    check_route(route)
    parse_params(answers.params)
    return replace(
        answers,
        params=tuple(text.strip() for text in answers.params),
        route=route,
        description=one_line("description", answers.description or usual_description(answers.name)),
        timeout=typed(read_duration("--timeout", answers.timeout)),
    )


def usual_route(name: str) -> str:
    """Give the path of the endpoint of a task whose author said nothing about it."""
    return f"/{name.replace('_', '-')}"


def task_part(answers: TaskAnswers, decimal: str = JSON_DECIMAL) -> Part:
    """Make the part of a task; `decimal` is the project's type for decimals in JSON."""
    params = answers.parsed
    context = {
        "name": answers.name,
        "description": answers.description,
        "route": answers.route,
        "payload": "".join(word.capitalize() for word in answers.name.split("_")) + "Payload",
        "asynchronous": answers.asynchronous,
        "rules": _rules(answers),
        "known": known_values(params),
        **_sources(params, decimal),
    }
    return Part(
        kind="task",
        name=answers.name,
        answers=answers.as_dict(),
        context=context,
        command=command_for(answers),
    )


def command_for(answers: TaskAnswers) -> str:
    """Give the command that makes this task without asking."""
    words = ["fastforge", "add-task", answers.name]
    for text in answers.params:
        words += ["--param", text]
    usual = TaskAnswers(name=answers.name, route=usual_route(answers.name))
    if answers.description != usual_description(answers.name):
        words.append(f"--description={answers.description}")
    for option in ("route", "retries", "timeout", "max_concurrency"):
        value = getattr(answers, option)
        if value != getattr(usual, option):
            words += [f"--{option.replace('_', '-')}", str(value)]
    words += ["--idempotent"] if answers.idempotent else []
    return quoted([*words, *(["--async"] if answers.asynchronous else [])])


_DEFAULTS = (["retries", "0"], ["idempotent", "False"])
"""What a task says of itself if nothing is said; its file names only what differs."""


def _rules(answers: TaskAnswers) -> list[list[str]]:
    rules = [
        ["retries", str(answers.retries)],
        ["timeout", source(read_duration("--timeout", answers.timeout))],
        ["max_concurrency", str(answers.max_concurrency)],
        ["idempotent", str(answers.idempotent)],
    ]
    return [rule for rule in rules if rule not in _DEFAULTS]


def _sources(params: tuple[Param, ...], decimal: str) -> dict[str, object]:
    if decimal == JSON_DECIMAL:
        params = tuple(_unrounded(param) for param in params)
    names = _OWN_IMPORTS | frozenset(imports_of(params))
    return {
        "standard_imports": import_lines(names, standard=True),
        "imports": import_lines(names, standard=False),
        "items": [item for param in params if (item := item_source(param))],
        "fields": [field_source(param) for param in params],
        "floats": any(param.kind.name == "float" for param in params),
        "decimals": any(param.kind.name == "Decimal" for param in params),
    }


def _unrounded(param: Param) -> Param:
    """Give a decimal the type that refuses what JSON may have rounded."""
    if param.kind.name != "Decimal":
        return param
    imports = param.kind.imports if "Decimal(" in (param.default or "") else ()
    return replace(param, kind=replace(param.kind, annotation=JSON_DECIMAL, imports=imports))
