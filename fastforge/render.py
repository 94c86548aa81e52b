"""Templates and answers to files, in memory."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fastforge.errors import FastforgeError

if TYPE_CHECKING:
    from jinja2 import Environment

Tree = Mapping[str, bytes]
"""Relative POSIX paths and what the files hold."""

SUFFIX = ".jinja"


def packaged_templates() -> Path:
    """Give the folder of the templates: in the wheel, or beside the package in a checkout."""
    here = Path(__file__).resolve().parent
    packaged = here / "_templates"
    return packaged if packaged.is_dir() else here.parent / "templates"


def render(part: str, context: Mapping[str, object], overrides: Path | None = None) -> Tree:
    """Render the template `part` ("project", "job", ...).

    A folder of that name in `overrides` takes the packaged one's place. Raises FastforgeError if
    the template is wrong.
    """
    root = packaged_templates() / part
    if overrides and (overrides / part).is_dir():
        root = overrides / part
    return render_folder(root, context)


def render_folder(root: Path, context: Mapping[str, object]) -> Tree:
    """Render the Copier template in `root`: the files of `root/template`, sorted by path."""
    environment = environment_for(root)
    sources = root / "template"
    tree = dict(_files(environment, sources, context))
    if not tree:
        raise FastforgeError(f"The template in {root} has no files.", "Install fastforge again.")
    return {path: tree[path] for path in sorted(tree)}


def _files(
    environment: "Environment", sources: Path, context: Mapping[str, object]
) -> Iterator[tuple[str, bytes]]:
    from jinja2 import TemplateError

    for source in _walk(sources):
        relative = source.relative_to(sources).as_posix()
        try:
            path = _path(environment, relative.removesuffix(SUFFIX), context)
            if path is None:
                continue
            content = source.read_bytes()
            if relative.endswith(SUFFIX):
                content = environment.from_string(content.decode()).render(context).encode()
        except TemplateError as error:
            raise FastforgeError(
                f"The template file {source} cannot be rendered: {error}"
            ) from error
        yield path, content


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (Path(parent, name) for name in names)


def _path(environment: "Environment", relative: str, context: Mapping[str, object]) -> str | None:
    """Render a path; None if a segment is empty, which is how a template leaves a file out."""
    segments = []
    for segment in PurePosixPath(relative).parts:
        rendered = environment.from_string(segment).render(context) if "{" in segment else segment
        if not rendered:
            return None
        segments.append(rendered)
    return "/".join(segments)


def environment_for(root: Path) -> "Environment":
    """Make the environment that Copier makes for such a template (a test compares the bytes)."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(root),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (the output is source code, quoted by quoting.jinja)
    )
    environment.filters["to_json"] = json.dumps
    return environment
