"""What is asked of a release and what it answers: parts in, files out, as JSON on pipes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastforge.render import Tree


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part to render: `kind` is "job", "task" or "module", `answers` as its record has them."""

    kind: str
    name: str
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """Parts of one project, to be rendered by one release.

    `project` are the answers of the project as its record has them, `package` the package's name
    now. With `around`, a folder with the files of the project that the parts are in, only the parts
    are rendered; without it the project is too, and is what the parts are in. `overrides` is the
    folder of the project's own templates, if they are trusted.
    """

    package: str
    project: Mapping[str, object]
    parts: tuple[Wanted, ...] = ()
    around: Path | None = None
    overrides: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A rendered part: its answers as this release saves them, and its files."""

    answers: Mapping[str, object]
    tree: Tree


@dataclass(frozen=True, slots=True)
class Response:
    """What a release made: `project` is None if it was not asked for, `parts` as in the request."""

    project: Made | None
    parts: tuple[Made, ...]
