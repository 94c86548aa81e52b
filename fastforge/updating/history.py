"""The Alembic revisions of a project during an update: what was applied somewhere is not changed.

A revision that a database may be at stays as it is, wherever its file goes. What a new version adds
comes after it, and is joined with the revisions that the project has of its own.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from fastforge.errors import ConflictError
from fastforge.parts.modules.module import new_revision
from fastforge.project.revisions import Revision, heads, revision_in
from fastforge.render import Tree, render

_FOLDER = "/migrations/"
"""Revisions lie anywhere below, since a user may have given `versions` another name."""


def keep_applied(base: Tree, yours: Tree, theirs: Tree) -> dict[str, bytes]:
    """Give `theirs` with each revision that the project has as it is there.

    Its docstring may change, nothing that runs; a revision that theirs lacks stays.
    """
    old, new, there = _by_id(base), _by_id(theirs), _by_id(yours)
    folder = folder_in(theirs) or folder_in(yours)
    kept = dict(theirs)
    for identity in old.keys() & there.keys():
        path, content = old[identity], base[old[identity]]
        if identity not in new:
            kept[f"{folder}/{Path(path).name}"] = content
        elif _code(content) != _code(theirs[new[identity]]):
            kept[new[identity]] = content
    return kept


def own_moved(base: Tree, yours: Tree, theirs: Tree) -> dict[str, str]:
    """Give where revisions that the project has of its own go: new path by old one.

    Alembic looks in one folder: when the template moves it, they move along. Raises ConflictError
    if a file of that name is there.
    """
    old, new = folder_in(base), folder_in(theirs)
    if not old or not new or old == new:
        return {}
    own = set(_by_id(yours).values()) - set(_by_id(base).values())
    moved = {path: f"{new}/{Path(path).name}" for path in own if _parent(path) == old}
    if taken := {path for path, place in moved.items() if place in {*yours, *theirs}}:
        problem = f"{min(taken)} has to move to {new}, where a file of that name is."
        raise ConflictError(problem, "Give it another name, then run the command again.")
    return moved


def joining(before: Tree, after: Tree, version: str, overrides: Path | None) -> dict[str, bytes]:
    """Give the revision that joins the heads of `after`, unless they are one or those of before.

    `overrides` are the project's own templates, if it has one for this.
    """
    revisions = tuple(_revisions(after))
    ends = _ends(revisions)
    if len(ends) < 2 or ends == _ends(tuple(_revisions(before))):  # noqa: PLR2004
        return {}
    identity = new_revision(["join", version, *ends], {revision.id for revision in revisions})
    folder = folder_in(after)
    context = {"version": version, "versions": folder, "revision": identity, "parents": ends}
    return dict(render("join", context, overrides))


def ids(tree: Tree) -> set[str]:
    """Give the ids of all revisions of a tree."""
    return set(_by_id(tree))


def parents(tree: Tree) -> set[str]:
    """Give the ids that revisions of a tree come after."""
    return {parent for revision in _revisions(tree) for parent in revision.parents}


def without(gone: set[str], tree: Tree, bare: Tree) -> dict[str, bytes]:
    """Give, from `bare`, the revisions of a tree that come after one that is gone."""
    after = (one.path.as_posix() for one in _revisions(tree) if gone & {*one.parents})
    return {path: bare[path] for path in after if path in bare}


def folder_in(tree: Tree) -> str:
    """Give the folder of revisions in a tree; empty if it has none."""
    return min((_parent(path) for path in _by_id(tree).values()), key=len, default="")


def _ends(revisions: tuple[Revision, ...]) -> list[str]:
    return sorted(revision.id for revision in heads(revisions))


def _by_id(tree: Tree) -> dict[str, str]:
    """Give the path of each revision of a tree."""
    return {revision.id: revision.path.as_posix() for revision in _revisions(tree)}


def _revisions(tree: Tree) -> Iterator[Revision]:
    for path in sorted(tree):
        lies_there = path.endswith(".py") and _FOLDER in f"/{path}"
        revision = revision_in(tree[path], Path(path)) if lies_there else None
        if revision:
            yield revision


def _parent(path: str) -> str:
    return Path(path).parent.as_posix()


def _code(content: bytes) -> str:
    """Give what a source does, whatever its docstrings say."""
    module = ast.parse(content)
    for node in ast.walk(module):
        match node:
            case ast.Module(body=body) | ast.FunctionDef(body=body):
                if (
                    body
                    and isinstance(body[0], ast.Expr)
                    and isinstance(body[0].value, ast.Constant)
                ):
                    body[0].value = ast.Constant("")
    return ast.dump(module)
