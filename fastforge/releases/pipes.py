"""Requests and responses as JSON: what a process of this fastforge and one of a release exchange.

A release that is packed stays as it is, so this form stays too: keys may be added, none may go.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastforge.errors import FastforgeError, UsageError
from fastforge.project.paths import check_path
from fastforge.releases.request import Made, Request, Response, Wanted


def write_request(request: Request) -> bytes:
    """Write what is asked of a release."""
    data = {
        "package": request.package,
        "project": dict(request.project),
        "parts": [
            {"kind": part.kind, "name": part.name, "answers": dict(part.answers)}
            for part in request.parts
        ],
        "around": _path(request.around),
        "overrides": _path(request.overrides),
    }
    return json.dumps(data).encode()


def read_request(content: bytes) -> Request:
    """Read what `write_request` gave."""
    data = json.loads(content)
    return Request(
        package=data["package"],
        project=data["project"],
        parts=tuple(Wanted(part["kind"], part["name"], part["answers"]) for part in data["parts"]),
        around=Path(data["around"]) if data["around"] else None,
        overrides=Path(data["overrides"]) if data["overrides"] else None,
    )


def write_response(response: Response) -> bytes:
    """Write what was rendered."""
    project = response.project
    data = {
        "project": None if project is None else _made(project),
        "parts": [_made(part) for part in response.parts],
    }
    return json.dumps(data).encode()


def write_error(error: FastforgeError) -> bytes:
    """Write why nothing was rendered."""
    return json.dumps({"error": {"message": error.message, "hint": error.hint}}).encode()


def read_response(content: bytes) -> Response:
    """Read what `write_response` gave; raises UsageError if it was `write_error`.

    Raises ValueError, TypeError or KeyError if it was neither.
    """
    data = json.loads(content)
    if error := data.get("error"):
        raise UsageError(error["message"], error["hint"])
    project = data["project"]
    return Response(
        project=None if project is None else _read_made(project),
        parts=tuple(_read_made(part) for part in data["parts"]),
    )


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _made(made: Made) -> dict[str, object]:
    tree = {path: base64.b64encode(content).decode() for path, content in made.tree.items()}
    return {"answers": dict(made.answers), "tree": tree}


def _read_made(data: Mapping[str, Any]) -> Made:
    for path in data["tree"]:
        check_path(path)
    tree = {path: base64.b64decode(text) for path, text in data["tree"].items()}
    return Made(answers=data["answers"], tree=tree)
