"""Renders what it is asked for on standard input: 0.1.0 itself had no such module.

It checks what a record says as later releases do, since a record may come from a stranger.
"""

import base64
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from fastforge.answers import ProjectAnswers
from fastforge.errors import FastforgeError, UsageError
from fastforge.names import check_part_name
from fastforge.parts.job import JobAnswers, checked, job_part
from fastforge.parts.module import ModuleAnswers, check_item, module_part
from fastforge.parts.part import Part
from fastforge.parts.task import TaskAnswers, task_part
from fastforge.parts.task import answer as task_answers
from fastforge.render import Tree, render

_REVISION = re.compile(r"[\w.]{1,64}", re.ASCII)
_KINDS = ("every", "daily", "cron", "at")


def main() -> None:
    """Read a request from standard input, write the response or the error to standard output."""
    try:
        response = _response(json.loads(sys.stdin.buffer.read()))
    except FastforgeError as error:
        response = {"error": {"message": error.message, "hint": error.hint}}
    sys.stdout.buffer.write(json.dumps(response).encode())


def _response(request: Mapping[str, Any]) -> dict[str, object]:
    package = request["package"]
    if not (package.isascii() and package.isidentifier()):
        raise UsageError(f"{package!a} is no name of a package.")
    overrides = Path(request["overrides"]) if request["overrides"] else None
    project = None
    if not request["around"]:
        answers = ProjectAnswers.from_dict(request["project"])
        context = {**answers.context(), "package": package}
        project = _made(answers.as_dict(), render("project", context))
    parts = []
    for wanted in request["parts"]:
        part = _part(wanted["kind"], wanted["name"], wanted["answers"])
        tree = render(part.kind, {**part.context, "package": package}, overrides)
        parts.append(_made(part.answers, tree))
    return {"project": project, "parts": parts}


def _made(answers: Mapping[str, object], tree: Tree) -> dict[str, object]:
    written = {path: base64.b64encode(content).decode() for path, content in tree.items()}
    return {"answers": dict(answers), "tree": written}


def _part(kind: str, name: str, saved: Mapping[str, Any]) -> Part:
    check_part_name(kind, name)
    if saved.get("name") != name:
        problem = f"The record of the {kind} {name} has the answers of {saved.get('name')!a}."
        raise UsageError(problem, "Restore its record from version control.")
    if kind == "job":
        return _job(saved)
    if kind == "task":
        return task_part(task_answers(_of_kinds(TaskAnswers, saved)))
    if kind == "module":
        return _module(saved)
    raise UsageError(f"There is no kind of part {kind!a}.")


def _job(saved: Mapping[str, object]) -> Part:
    given = _of_kinds(JobAnswers, saved)
    if given["kind"] not in _KINDS:
        raise UsageError(f"The saved answer `kind` cannot be {given['kind']!a}.")
    try:
        started = datetime.fromisoformat(given.get("start", "")).tzinfo
    except ValueError:
        started = None
    if started is None:
        raise UsageError(f"The saved answer `start` cannot be {given.get('start')!a}.")
    return job_part(checked(given))


def _module(saved: Mapping[str, object]) -> Part:
    answers = ModuleAnswers.from_dict(_of_kinds(ModuleAnswers, saved))
    check_item(answers.item)
    if not all(map(_REVISION.fullmatch, (answers.revision, *answers.parents))):
        raise UsageError("The saved answers of the module name a revision that cannot be.")
    return module_part(answers)


def _of_kinds(answers: type[Any], saved: Mapping[str, object]) -> dict[str, Any]:
    """Refuse names that are not known and values of another kind."""
    kinds = {field.name: field for field in fields(answers)}
    given: dict[str, Any] = {}
    for name, value in saved.items():
        given[name] = tuple(value) if isinstance(value, list) else value
        if name not in kinds:
            raise UsageError(f"The saved answer `{name}` is unknown to this version.")
        is_texts = isinstance(value, list) and all(isinstance(text, str) for text in value)
        kind = kinds[name].type
        if not (is_texts if kind == tuple[str, ...] else type(value) is kind):
            raise UsageError(f"The saved answer `{name}` cannot be {value!a}.")
    needed = {name for name, field in kinds.items() if field.default is MISSING}
    if missing := needed - given.keys():
        raise UsageError(f"The saved answers lack {', '.join(sorted(missing))}.")
    return given
