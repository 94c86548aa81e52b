"""What is kept in a project about each part of it: version, answers, and a digest of each file.

One YAML file a part: `.fastforge/project.yml`, `.fastforge/jobs/NAME.yml` and so on. It is written
here line by line (JSON scalars are YAML) and read with PyYAML, which costs 30 ms to import.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastforge import __version__
from fastforge.errors import FastforgeError
from fastforge.project.paths import check_path
from fastforge.render import Tree

FOLDER = ".fastforge"
PROJECT_RECORD = f"{FOLDER}/project.yml"

_LARGEST, _DEEPEST = 300_000, 5
"""Bytes of a record, and levels of it."""
_WORD = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Record:
    """One part of a project: `kind` is "project", "job", "task" or "module"."""

    kind: str
    name: str
    answers: Mapping[str, object]
    digests: Mapping[str, str]
    version: str = __version__

    @property
    def path(self) -> str:
        """Where the record lies in the project."""
        return record_path(self.kind, self.name)

    def content(self) -> bytes:
        """Give the record as YAML."""
        lines = [
            "# Written by fastforge and read by its commands; commit it with the project.",
            f"fastforge: {_scalar(self.version)}",
            f"kind: {_scalar(self.kind)}",
            f"name: {_scalar(self.name)}",
            "answers:",
            *(f"  {key}: {_scalar(value)}" for key, value in self.answers.items()),
            "files:",
            *(f"  {_scalar(path)}: {_scalar(value)}" for path, value in self.digests.items()),
        ]
        return ("\n".join(lines) + "\n").encode()


def record_path(kind: str, name: str) -> str:
    """Give the path of a part's record: `.fastforge/jobs/report.yml`."""
    return PROJECT_RECORD if kind == "project" else f"{FOLDER}/{kind}s/{name}.yml"


def record_of(kind: str, name: str, answers: Mapping[str, object], tree: Tree) -> Record:
    """Make the record of a part that was rendered to `tree`."""
    return Record(kind, name, answers, {path: digest(content) for path, content in tree.items()})


def digest(content: bytes) -> str:
    """Give the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_record(content: bytes, where: str) -> Record:
    """Read what `Record.content` gave; raises FastforgeError if it is something else.

    It may come from a stranger: no aliases, no size or depth without bound, no name that is none.
    """
    import yaml

    try:
        data = _load(content)
        record = Record(
            kind=_word(data["kind"]),
            name=_word(data["name"]),
            answers=dict(data["answers"] or {}),
            digests={str(path): str(value) for path, value in (data["files"] or {}).items()},
            version=str(data["fastforge"]),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"{where} is not a record that fastforge wrote."
        raise FastforgeError(problem, "Restore it from version control.") from error
    for path in record.digests:
        check_path(path)
    return record


def _load(content: bytes) -> dict[str, Any]:
    """Read YAML with libyaml (2 ms, not 40); raises ValueError if it is more than we write."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if len(content) > _LARGEST:
        raise ValueError("too long")
    depth = 0
    for event in yaml.parse(content, loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or getattr(event, "anchor", None) is not None:
            raise ValueError("nested, or with anchors")
    read: dict[str, Any] = yaml.load(content, loader)  # noqa: S506 (one of the two safe ones)
    return read


def _word(value: object) -> str:
    if not (isinstance(value, str) and _WORD.fullmatch(value)):
        raise ValueError("no name")
    return value


def _scalar(value: object) -> str:
    """Write a scalar as JSON with only printable characters raw, which YAML reads as written."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    plain = value.isprintable() and '"' not in value and "\\" not in value
    return f'"{value if plain else "".join(map(_character, value))}"'


def _character(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"
