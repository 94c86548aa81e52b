"""Templates and answers to files, in memory."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fastforge.cache import cache_folder
from fastforge.errors import FastforgeError

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment

Tree = Mapping[str, bytes]
"""Relative POSIX paths and what the files hold."""

SOURCES = "template"
SUFFIX = ".jinja"
_PATHS = "<paths of {root}>"
"""By this name compiled templates are cached: it has to differ from template to template."""
_WRONG = (ArithmeticError, LookupError, TypeError, ValueError, RecursionError)
"""What a template can raise besides its own errors."""


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
    names = sorted(_walk(root / SOURCES))
    if not names:
        raise FastforgeError(f"The template in {root} has no files.", "Install fastforge again.")
    environment = environment_for(root, "\n".join(name.removesuffix(SUFFIX) for name in names))
    paths = _paths(environment, root, context)
    chosen = [(path, name) for path, name in zip(paths, names, strict=True) if path is not None]
    return {path: _content(environment, root, name, context) for path, name in sorted(chosen)}


def _content(
    environment: "Environment", root: Path, name: str, context: Mapping[str, object]
) -> bytes:
    from jinja2 import TemplateError  # not needed for --help

    if not name.endswith(SUFFIX):
        return (root / SOURCES / name).read_bytes()
    try:
        return environment.get_template(f"{SOURCES}/{name}").render(context).encode()
    except (TemplateError, *_WRONG) as error:
        problem = f"The template file {root / SOURCES / name} cannot be rendered: {error}"
        raise FastforgeError(problem) from error


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        inside = os.path.relpath(parent, folder)
        yield from (name if inside == "." else f"{inside}/{name}" for name in names)


def _paths(
    environment: "Environment", root: Path, context: Mapping[str, object]
) -> list[str | None]:
    """Render all paths, as one template because compiling is what takes time.

    None if a segment is empty: this is how a template leaves a file out.
    """
    from jinja2 import TemplateError

    try:
        rendered = environment.get_template(_PATHS.format(root=root)).render(context).split("\n")
    except (TemplateError, *_WRONG) as error:
        raise FastforgeError(f"A path of the template cannot be rendered: {error}") from error
    return [path if all(path.split("/")) else None for path in rendered]


def environment_for(root: Path, paths: str = "") -> "Environment":
    """Make the environment that Copier makes for such a template (a test compares the bytes).

    It is sandboxed: a template reaches no more than the values it is given. `paths` is the source
    of one more template, named as `_PATHS` says.
    """
    from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(
            [DictLoader({_PATHS.format(root=root): paths}), FileSystemLoader(root)]
        ),
        bytecode_cache=_bytecode_cache(),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["to_json"] = json.dumps
    return environment


def _bytecode_cache() -> "BytecodeCache | None":
    """Keep compiled templates in the user's cache folder: compiling takes longer than all else."""
    from jinja2 import FileSystemBytecodeCache

    folder = cache_folder("sandboxed")  # compiled code is sandboxed, or is not
    return FileSystemBytecodeCache(str(folder)) if folder else None
