"""A project on disk against what releases render of its records."""

from collections.abc import Iterable
from pathlib import Path

from fastforge.project.project import read_project
from fastforge.project.record import Record
from fastforge.releases.request import Request, Response, Wanted
from fastforge.render import Tree
from tests.conftest import files_of


def request_of(root: Path, **changes: object) -> Request:
    """Ask for a project with all its parts, as its records say."""
    project = read_project(root)
    wanted = tuple(Wanted(one.kind, one.name, one.answers) for one in records_of(root))
    usual = {"package": project.package.name, "project": project.record.answers, "parts": wanted}
    return Request(**{**usual, **changes})


def records_of(root: Path) -> list[Record]:
    """Give the records of the parts: jobs first, as no order of theirs matters."""
    project = read_project(root)
    return [record for kind in ("job", "module", "task") for record in project.parts(kind)]


def without_records(root: Path) -> dict[str, bytes]:
    """Give the files of a project but what fastforge keeps about it."""
    return {
        path: content
        for path, content in files_of(root).items()
        if not path.startswith(".fastforge/")
    }


def whole(response: Response) -> Tree:
    """Give all files that were rendered."""
    made = [*([response.project] if response.project else []), *response.parts]
    return {path: content for one in made for path, content in one.tree.items()}


def answers_of(response: Response) -> list[dict[str, object]]:
    """Give the answers of the parts."""
    return [dict(part.answers) for part in response.parts]


def saved_answers(records: Iterable[Record]) -> list[dict[str, object]]:
    """Give the answers of records."""
    return [dict(record.answers) for record in records]


def assert_made_as_recorded(response: Response, root: Path) -> None:
    """Hold what was rendered of a whole project to its files and all its answers."""
    request = request_of(root)
    assert response.project is not None
    assert whole(response) == without_records(root)
    assert response.project.answers == request.project
    assert answers_of(response) == saved_answers(records_of(root))


HOSTILE: list[tuple[str, dict[str, object], str]] = [
    ("job", {"name": "../x"}, "."),
    ("job", {"name": "other"}, "has the answers of"),
    ("job", {"kind": "often"}, "`kind` cannot be"),
    ("job", {"schedule": "now"}, "refused"),
    ("job", {"retries": "many"}, "`retries` cannot be"),
    ("job", {"retries": True}, "`retries` cannot be"),
    ("job", {"start": "2026-01-01"}, "`start` cannot be"),
    ("job", {"start": "soon"}, "`start` cannot be"),
    ("job", {"description": ["x"]}, "`description` cannot be"),
    ("job", {"colour": "red"}, "unknown to this version"),
    ("task", {"params": "x:int"}, "`params` cannot be"),
    ("task", {"params": [1]}, "`params` cannot be"),
    ("task", {"params": ["x:int=1; import os"]}, "default"),
    ("task", {"route": "/x\nimport os"}, "route"),
    ("task", {"timeout": "long"}, "--timeout"),
    ("module", {"item": "a b"}, "item"),
    ("module", {"fields": ["x:object"]}, "object"),
    ("module", {"revision": "x/../../y"}, "revision"),
    ("module", {"parents": ["'; import os"]}, "revision"),
    ("module", {"gateway": 1}, "`gateway` cannot be"),
]
"""Changes of answers that a record may bring, and what is said of them."""
