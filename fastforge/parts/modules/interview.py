"""Getting the answers of a new module: from flags, from a person, from defaults."""

import shlex
from collections.abc import Mapping

from fastforge.answers.asking import ask_person, is_terminal, missing
from fastforge.answers.question import Question
from fastforge.errors import UsageError
from fastforge.params.kinds import TYPES
from fastforge.parts.guards import NONE
from fastforge.parts.modules.fields import parse_fields
from fastforge.parts.modules.module import USUAL_FIELDS
from fastforge.parts.modules.place import check_place
from fastforge.project.project import Project


def complete(project: Project, given: Mapping[str, object], *, may_ask: bool) -> dict[str, object]:
    """Give the answers with a name; raises UsageError if it is missing and nobody can be asked."""
    answers = {name: value for name, value in given.items() if value is not None}
    if "name" in answers:
        return answers
    if not (may_ask and is_terminal()):
        fields = [] if "fields" in answers else ["--field", *USUAL_FIELDS]
        raise missing(["name"], "products", *fields)
    return answers | _asked(project, answers)


def _asked(project: Project, answers: Mapping[str, object]) -> dict[str, object]:
    given: dict[str, str | bool] = {"fields": "given"} if "fields" in answers else {}
    given |= {name: True for name in ("owned", "gateway") if answers.get(name)}
    knows = NONE not in {project.answers.auth, answers.get("guard")}
    asked: dict[str, object] = dict(ask_person(given, _questions(project, knows_callers=knows)))
    asked["fields"] = answers.get("fields", tuple(_split(str(asked["fields"]))))
    return asked


def _questions(project: Project, *, knows_callers: bool) -> tuple[Question, ...]:
    return (
        Question(
            "name",
            "The name of the module, of its folder and of its table, such as products.",
            check=lambda text: check_place(project, text),
        ),
        Question(
            "fields",
            "What it holds, as NAME:TYPE[,unique|,index][=DEFAULT] with spaces between, such as\n"
            "name:str{1,80} sku:str{3,20},unique price:Decimal>=0 active:bool=true.\n"
            f"Types: {TYPES}.",
            " ".join(USUAL_FIELDS),
            check=lambda text: parse_fields(_split(text)),
        ),
        Question(
            "owned",
            "Whether rows belong to the caller that made them; this cannot change later.",
            False,
            {"yes": "nobody sees or changes another's", "no": "all callers share them"},
            possible=lambda _answers: knows_callers,
        ),
        Question(
            "gateway",
            "Whether it calls another service over HTTP.",
            False,
            {"yes": "add a client with timeouts, retries and tests", "no": "add none"},
        ),
    )


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"The fields cannot be read: {error}.") from error
