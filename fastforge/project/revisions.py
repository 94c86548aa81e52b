"""The Alembic revisions of a project, read from their files without running them."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from fastforge.errors import FastforgeError, UsageError
from fastforge.project.paths import read_bounded
from fastforge.project.project import Project
from fastforge.project.sources import assigned, files_of, parse_source

ID = re.compile(r"[\w.]{1,64}", re.ASCII)
"""What an id may be: it gets into generated code and names of files."""
_PLACE = "migrations/versions"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: its id, the ids of those before it, and its file."""

    id: str
    parents: tuple[str, ...]
    path: Path


def folder_of(project: Project) -> Path:
    """Give the folder of revisions: in the package, or beside `src` as it used to be."""
    inside, beside = project.package / _PLACE, project.root / _PLACE
    return beside if beside.is_dir() and not inside.is_dir() else inside


def read_revisions(project: Project) -> tuple[Revision, ...]:
    """Read all revisions of a project, sorted by file name.

    Raises UsageError if there is no folder of revisions, FastforgeError if a file is not Python.
    """
    folder = folder_of(project)
    if not folder.is_dir():
        raise UsageError(f"{folder} is not there.", "A module needs Alembic's folder of revisions.")
    found = (revision_in(read_bounded(path), path) for path in files_of(folder, ".py"))
    return tuple(revision for revision in found if revision)


def heads(revisions: tuple[Revision, ...]) -> tuple[Revision, ...]:
    """Give the revisions that no other follows."""
    followed = {parent for revision in revisions for parent in revision.parents}
    return tuple(revision for revision in revisions if revision.id not in followed)


def followers(revisions: tuple[Revision, ...], first: Revision) -> tuple[Revision, ...]:
    """Give the revisions that come after `first`, however far."""
    found = {first.id}
    while more := {r.id for r in revisions if found & {*r.parents}} - found:
        found |= more
    return tuple(revision for revision in revisions if revision.id in found - {first.id})


def forerunners(revisions: tuple[Revision, ...], last: Revision) -> tuple[Revision, ...]:
    """Give the revisions that come before `last`, however far."""
    found = {*last.parents}
    while more := {each for r in revisions if r.id in found for each in r.parents} - found:
        found |= more
    return tuple(revision for revision in revisions if revision.id in found)


def revision_in(content: bytes, path: Path) -> Revision | None:
    """Read a revision from what its file holds; None if it is none.

    Raises FastforgeError if it is not Python, or its id cannot be one.
    """
    values = dict(assigned(parse_source(content, str(path))))
    identity = _texts(values.get("revision"))
    if not identity:
        return None
    parents = _texts(values.get("down_revision"))
    if not all(map(ID.fullmatch, (identity[0], *parents))):
        raise FastforgeError(f"{path} has a revision id that is none.", "Mend it.")
    return Revision(identity[0], parents, path)


def _texts(expression: ast.expr | None) -> tuple[str, ...]:
    match expression:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return tuple(text for element in elements for text in _texts(element))
        case _:
            return ()
