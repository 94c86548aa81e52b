"""Templates of a project's own: code of whoever made it, so they are used only when that is said.

What was said is kept in the user's own folder, by the real path of the project and a digest of all
its templates: a change of one of them asks again.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from fastforge.errors import FastforgeError, SetupError, UsageError
from fastforge.project.paths import inside, read_bounded
from fastforge.project.project import Project
from fastforge.project.record import digest
from fastforge.project.state import keep, own_folder

_TRUSTED = "trusted"
_MOST_FILES = 1000
_QUESTION = "Read them; if you trust whoever wrote them, add --trust (it is remembered)."


def templates_for(project: Project, kind: str) -> Path | None:
    """Give the folder of the project's own templates if it has one for `kind`.

    Raises UsageError unless the user trusts them as they are.
    """
    folder = inside(project.root, project.templates.relative_to(project.root).as_posix())
    if not os.path.lexists(folder / kind):
        return None
    try:
        trusted = _kept_at(project).read_text() == digest_of(folder)
    except OSError:
        trusted = False
    if not trusted:
        problem = f"{folder} has templates for a {kind}, which are code and are not trusted yet."
        raise UsageError(problem, _QUESTION)
    return folder


def trust(project: Project) -> None:
    """Remember that the user trusts the templates of a project, if it has any, as they are now."""
    if not os.path.lexists(project.templates):
        return
    try:
        place = _kept_at(project)
        keep(place.parent, place.name, digest_of(project.templates))
    except OSError as error:
        problem = f"That {project.root} is trusted cannot be kept: {error}."
        raise SetupError(problem, "Set XDG_STATE_HOME to a folder of yours.") from error


def digest_of(folder: Path) -> str:
    """Give one digest for all files of a folder; raises FastforgeError for links and the like."""
    whole = hashlib.sha256()
    for number, path in enumerate(_files(folder)):
        if number >= _MOST_FILES:
            raise FastforgeError(f"{folder} has over {_MOST_FILES} files.", "Remove some.")
        name = path.relative_to(folder).as_posix()
        whole.update(f"{len(name)} {name} {digest(read_bounded(path))}\n".encode())
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Give all files in a fixed order; what leads elsewhere is no template."""
    if folder.is_symlink():
        raise FastforgeError(f"{folder} is a symbolic link.", "Put the templates themselves there.")
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            yield from _files(path)
    else:
        yield folder


def _kept_at(project: Project) -> Path:
    name = digest(os.fsencode(os.path.realpath(project.root)))
    return own_folder(_TRUSTED, project.root) / name
