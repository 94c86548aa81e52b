"""Getting the answers of a new task: from flags, from a person, from defaults."""

import shlex
from collections.abc import Mapping

from fastforge.answers.asking import ask_person, is_terminal, missing
from fastforge.answers.question import Question
from fastforge.answers.values import Value, one_line
from fastforge.errors import UsageError
from fastforge.params import parse_params
from fastforge.params.kinds import TYPES
from fastforge.parts.answers import IDEMPOTENCE, IDEMPOTENT
from fastforge.parts.part import check_free
from fastforge.parts.routes import check_route, check_route_is_free
from fastforge.parts.tasks.task import usual_route
from fastforge.project.project import Project


def complete(project: Project, given: Mapping[str, object], *, may_ask: bool) -> dict[str, object]:
    """Give the answers with a name; raises UsageError if it is missing and nobody can be asked."""
    answers = {name: value for name, value in given.items() if value is not None}
    if "name" in answers:
        check_free(project, "task", str(answers["name"]))
        return answers
    if not (may_ask and is_terminal()):
        params = [] if "params" in answers else ["--param", "email:EmailStr"]
        raise missing(["name"], "send_invoice", *params)
    return answers | _asked(project, answers)


def _asked(project: Project, answers: Mapping[str, object]) -> dict[str, object]:
    wanted = ("description", "route")
    given: dict[str, Value] = {name: str(answers[name]) for name in wanted if name in answers}
    if "idempotent" in answers:
        given["idempotent"] = bool(answers["idempotent"])
    if answers.get("no_route"):
        given["route"] = ""
    if "params" in answers:
        given["params"] = "given"
    asked: dict[str, object] = dict(ask_person(given, _questions(project)))
    asked["params"] = answers.get("params", tuple(shlex.split(str(asked["params"]))))
    return asked


def _questions(project: Project) -> tuple[Question, ...]:
    return (
        Question(
            "name",
            "The name of the task and of its file, such as send_invoice.",
            check=lambda text: check_free(project, "task", text),
        ),
        Question(
            "params",
            "What it is given, as NAME:TYPE[=DEFAULT] with spaces between, such as\n"
            "email:EmailStr message:str{1,80} copies:int>=1<=9=1 tags:list[str]=[]; enter: none.\n"
            f"Types: {TYPES}.",
            "",
            check=lambda text: parse_params(_split(text)),
        ),
        Question(
            "route",
            "The path of the request that queues it; enter for its name, such as /send-invoice.",
            "",
            check=check_route,
            echo=lambda answers: _foretell(project, answers),
        ),
        Question(
            "description",
            "What it does, in one sentence, for lists and logs; enter for its name.",
            "",
            check=lambda text: one_line("description", text),
        ),
        Question("idempotent", IDEMPOTENCE, False, IDEMPOTENT),
    )


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"The parameters cannot be read: {error}.") from error


def _foretell(project: Project, answers: Mapping[str, Value]) -> list[str]:
    route = str(answers["route"]) or usual_route(str(answers["name"]))
    check_route_is_free(project, route, besides=project.root)
    return [f"POST {route}"]
