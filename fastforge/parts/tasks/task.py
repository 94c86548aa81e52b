"""A background task: its answers, checked, and what its template is given."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from fastforge.answers.names import check_part_name
from fastforge.answers.saved import Former, read_saved
from fastforge.answers.values import one_line
from fastforge.params import (
    Param,
    field_source,
    import_lines,
    imports_of,
    item_name,
    item_source,
    parse_params,
)
from fastforge.params.enums import enum_source, named_enums
from fastforge.params.examples import known_values
from fastforge.params.kinds import ANY_JSON, JSON_DECIMAL, JSON_IMPORTS
from fastforge.parts.answers import MOST, check_count, usual_description
from fastforge.parts.durations import read_duration, source, typed
from fastforge.parts.guards import (
    NONE,
    OPS,
    USER,
    check_clients_are_known,
    read_guard,
    usual_guard,
)
from fastforge.parts.part import Part
from fastforge.parts.routes import check_is_not_reserved, check_shape
from fastforge.parts.tasks.options import OF_ROUTES, check_no_route, read_rate
from fastforge.project.project import Project
from fastforge.terminal.shell import quoted

FORMER: Final[Former] = {}
"""What older versions asked: see `Former`."""

_OWN_IMPORTS = frozenset(
    {("datetime", "timedelta"), ("pydantic", "BaseModel"), ("pydantic", "ConfigDict")}
)
_USED = frozenset(
    """
    APIRouter Accepted AfterValidator Annotated BaseModel ClientOnly ConfigDict EnqueueDep Field
    HTTPStatus Json JsonDecimal JsonValue OpsWrite RunContext Task WithJsonSchema
    """.split()
)
"""What the file of a task calls something else."""
_ROUTE_IMPORTS = frozenset({("http", "HTTPStatus"), ("fastapi", "APIRouter")})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswers:
    """The answers of a task; `params` and lengths of time are as typed.

    `guard` and `delay` are those of its route; without one they are as usual.
    """

    name: str
    params: tuple[str, ...] = ()
    route: str = ""
    no_route: bool = False
    guard: str = USER
    delay: str = ""
    priority: int = 0
    rate_limit: str = ""
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

    @classmethod
    def from_dict(cls, saved: Mapping[str, object]) -> "TaskAnswers":
        """Read what `as_dict` gave; raises UsageError for answers that are not of this version.

        Its route may be one that the service itself has by now.
        """
        given = read_saved(cls, saved, FORMER)
        answers = cls(**given)
        check_part_name("task", answers.name)
        said = OF_ROUTES if answers.no_route else ()
        return checked({name: text for name, text in given.items() if name not in said})


def answer(project: Project, given: Mapping[str, object]) -> TaskAnswers:
    """Check what was given and add the defaults; raises UsageError for what cannot be."""
    answers = checked(given)
    if not answers.route:
        return answers
    check_is_not_reserved(answers.route)
    if not given.get("guard"):
        return replace(answers, guard=usual_guard(project))
    check_clients_are_known(project, answers.guard)
    return answers


def checked(given: Mapping[str, object]) -> TaskAnswers:
    """Check the answers of a task, whoever else has its route, and add the defaults."""
    known = {field.name for field in fields(TaskAnswers)}
    answers = TaskAnswers(**{name: given[name] for name in known & given.keys()})  # type: ignore[arg-type]
    for option, least in (("retries", 0), ("max_concurrency", 1), ("priority", -MOST)):
        check_count(option, getattr(answers, option), least)
    guard = read_guard(answers.guard, (USER, OPS, NONE))
    check_no_route(given)
    route = "" if answers.no_route else answers.route or usual_route(answers.name)
    if route:
        check_shape(route)
    parse_params(answers.params)
    delay = read_duration("--delay", answers.delay) if answers.delay else None
    return replace(
        answers,
        params=tuple(text.strip() for text in answers.params),
        route=route,
        guard=guard,
        delay=typed(delay) if delay else "",
        rate_limit=read_rate(answers.rate_limit) if answers.rate_limit else "",
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
        "guard": "client" if answers.guard == USER else answers.guard,
        "delay": source(read_duration("--delay", answers.delay)) if answers.delay else "",
        "payload": f"{_prefix(answers)}Payload",
        "asynchronous": answers.asynchronous,
        "rules": _rules(answers),
        "known": known_values(params),
        **_sources(answers, decimal),
    }
    return Part(
        kind="task",
        name=answers.name,
        answers=answers.as_dict(),
        context=context,
        command=command_for(answers),
        newer=newer_options(answers),
    )


def command_for(answers: TaskAnswers) -> str:
    """Give the command that makes this task without asking."""
    words = ["fastforge", "add-task", answers.name]
    for text in answers.params:
        words += ["--param", text]
    route = "" if answers.no_route else usual_route(answers.name)
    usual = TaskAnswers(name=answers.name, route=route)
    if answers.description != usual_description(answers.name):
        words.append(f"--description={answers.description}")
    words += ["--no-route"] if answers.no_route else []
    for option in _VALUES:
        value = getattr(answers, option)
        if value != getattr(usual, option):
            words += [f"--{option.replace('_', '-')}", str(value)]
    words += ["--idempotent"] if answers.idempotent else []
    return quoted([*words, *(["--async"] if answers.asynchronous else [])])


_VALUES = (
    *("route", "guard", "delay", "priority", "rate_limit"),
    *("retries", "timeout", "max_concurrency"),
)
"""Answers that are options with a value."""


def newer_options(answers: TaskAnswers) -> tuple[str, ...]:
    """Give the options that only the background work of newer projects knows."""
    chosen = {
        "--no-route": answers.no_route,
        "--guard ops": answers.guard == OPS,
        "--delay": answers.delay,
        "--priority": answers.priority,
        "--rate-limit": answers.rate_limit,
    }
    return tuple(option for option, value in chosen.items() if value)


_DEFAULTS = (["retries", "0"], ["idempotent", "False"], ["priority", "0"], ["rate_limit", '""'])
"""What a task says of itself if nothing is said; its file names only what differs."""


def _rules(answers: TaskAnswers) -> list[list[str]]:
    rules = [
        ["retries", str(answers.retries)],
        ["timeout", source(read_duration("--timeout", answers.timeout))],
        ["max_concurrency", str(answers.max_concurrency)],
        ["rate_limit", f'"{answers.rate_limit}"'],
        ["priority", str(answers.priority)],
        ["idempotent", str(answers.idempotent)],
    ]
    return [rule for rule in rules if rule not in _DEFAULTS]


def _prefix(answers: TaskAnswers) -> str:
    """Give what the names of the task's classes begin with."""
    return "".join(word.capitalize() for word in answers.name.split("_"))


def _sources(answers: TaskAnswers, decimal: str) -> dict[str, object]:
    taken = _USED | {f"{_prefix(answers)}Payload"} | {item_name(each) for each in answers.parsed}
    params = named_enums(answers.parsed, _prefix(answers), taken)
    params = tuple(_sendable(param) for param in params)
    if decimal == JSON_DECIMAL:
        params = tuple(_unrounded(param) for param in params)
    own = _OWN_IMPORTS if answers.no_route else _OWN_IMPORTS | _ROUTE_IMPORTS
    any_json = [param.name for param in params if param.kind.name == "json"]
    names = own | frozenset(imports_of(params)) | (JSON_IMPORTS if any_json else set())
    return {
        "standard_imports": import_lines(names, standard=True),
        "imports": import_lines(names, standard=False),
        "enums": [enum_source(param) for param in params if param.kind.members],
        "items": [item for param in params if (item := item_source(param))],
        "fields": [field_source(param) for param in params],
        "floats": any(param.kind.name in {"float", "json"} for param in params),
        "made": [param.name for param in params if param.is_made],
        "any_json": any_json,
        "decimals": any(param.kind.name == "Decimal" for param in params),
    }


def _sendable(param: Param) -> Param:
    """Give JSON the type that refuses what cannot be stored."""
    is_json = param.kind.name == "json"
    return replace(param, kind=replace(param.kind, annotation=ANY_JSON)) if is_json else param


def _unrounded(param: Param) -> Param:
    """Give a decimal the type that refuses what JSON may have rounded."""
    if param.kind.name != "Decimal":
        return param
    imports = param.kind.imports if "Decimal(" in (param.default or "") else ()
    return replace(param, kind=replace(param.kind, annotation=JSON_DECIMAL, imports=imports))
