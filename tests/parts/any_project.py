"""Random projects of the small releases, and random edits of them as a user makes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import PurePosixPath
from typing import Any

from hypothesis import strategies as st

from fastforge.project.record import Record, record_of
from fastforge.releases.releases import rendered
from fastforge.releases.request import Request, Wanted
from tests.releases import SMALL
from tests.unit.merging.edits import edited_text

Draw = Any
Tree = dict[str, bytes]

JOB = {"kind": "daily", "schedule": "03:30", "description": "Tidy.", "start": "2026-01-01T00:00"}
NAMES = {"job": ("tidy", "report"), "task": ("mail", "count"), "module": ("things", "boxes")}
NEW = ("own.py", "src/shop/own/mine.py", "docs/a name.md", "docs/größe.md", "src/shop/helper.py")
"""Where a user has files of their own."""


class Made:
    """A project as it was made: its files, and the records of its parts, its own first."""

    def __init__(self, tree: Tree, records: Sequence[Record]) -> None:
        self.tree, self.records = tree, tuple(records)

    def __repr__(self) -> str:
        return f"Made({[(one.version, one.kind, dict(one.answers)) for one in self.records]})"

    def in_version(self, version: str, answers: Mapping[str, object]) -> Tree:
        """Give what a version makes of it, with other answers for the project."""
        parts = tuple(Wanted(one.kind, one.name, one.answers) for one in self.records[1:])
        done = rendered(version, Request("shop", {**self.records[0].answers, **answers}, parts))
        assert done.project is not None
        return {
            path: text for part in (done.project, *done.parts) for path, text in part.tree.items()
        }


class Files(Tree):
    """Edited files, which are shown by what was done to them."""

    def __init__(self, tree: Tree, later: Tree) -> None:
        super().__init__(tree)
        self.later = later
        self.said: list[str] = []

    @property
    def interesting(self) -> list[str]:
        """Give the files that both change."""
        return sorted(path for path in self if self[path] != self.later.get(path))

    def __repr__(self) -> str:
        return f"Files({self.said})"


@st.composite
def projects(draw: Draw) -> Made:
    """Draw a project; its parts may be of a newer version than the project is."""
    version = draw(st.sampled_from(SMALL[:2]))
    answers = {"name": "shop", "description": "Sells.", "author": "Ada"}
    answers["database"] = draw(st.sampled_from(["sqlite", "postgresql"]))
    answers["metrics"] = draw(st.booleans())
    done = rendered(version, Request("shop", answers))
    assert done.project is not None
    tree = dict(done.project.tree)
    records = [_record(version, "project", "shop", done.project.answers, done.project.tree)]
    for kind, names in NAMES.items():
        for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=2)):
            own = draw(st.sampled_from(SMALL[SMALL.index(version) : 2]))
            wanted = Wanted(kind, name, {"name": name, **draw(_ANSWERS[kind])})
            part = rendered(own, Request("shop", answers, (wanted,))).parts[0]
            records.append(_record(own, kind, name, part.answers, part.tree))
            tree |= part.tree
    return Made(tree, records)


_ANSWERS: Mapping[str, st.SearchStrategy[dict[str, object]]] = {
    "job": st.builds(lambda retries: {**JOB, "retries": retries}, st.integers(0, 3)),
    "task": st.just({"description": "Send."}),
    "module": st.builds(lambda gateway: {"item": "thing", "gateway": gateway}, st.booleans()),
}


def _record(
    version: str, kind: str, name: str, answers: Mapping[str, object], tree: Mapping[str, bytes]
) -> Record:
    return Record(kind, name, answers, record_of(kind, name, answers, tree).digests, version)


@st.composite
def edited(draw: Draw, tree: Tree, later: Tree, most: int = 6) -> Tree:
    """Edit files as a user does, every other one of those that are not the same `later`.

    Each line that is added is in the project once.
    """
    result = Files(tree, later)
    fresh = (b"# mine %d %d\n" % (most, number) for number in count())
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=most)):
        if result:
            before = dict(result)
            edit(draw, result, fresh)
            paths = sorted(before.keys() | result.keys())
            changed = [path for path in paths if before.get(path) != result.get(path)]
            result.said.append(f"{edit.__name__} {changed}")
    return result


Fresh = Iterator[bytes]
Edit = Callable[[Draw, Files, Fresh], None]


def _lines(draw: Draw, tree: Files, fresh: Fresh) -> None:
    path = _one_of(draw, tree)
    if b"\0" in tree[path]:
        tree[path] += b"\0mine"
        return
    is_read = path == "pyproject.toml" or "migrations/versions/" in path  # it has to stay valid
    within = ["insert"] if is_read else ["insert", "delete", "change", "move"]
    tree[path] = draw(edited_text(tree[path], fresh, within))


def _delete(draw: Draw, tree: Files, _fresh: Fresh) -> None:
    del tree[_one_of(draw, tree)]


def _rename(draw: Draw, tree: Files, _fresh: Fresh) -> None:
    path = _one_of(draw, tree)
    places = (*NEW, str(PurePosixPath(path).with_suffix(".mine.py")))
    _place(tree, draw(st.sampled_from(places)), tree.pop(path))


def _delete_folder(draw: Draw, tree: Files, _fresh: Fresh) -> None:
    for path in _below(tree, _folder(draw, tree)):
        del tree[path]


def _rename_folder(draw: Draw, tree: Files, _fresh: Fresh) -> None:
    folder = _folder(draw, tree)
    new = f"{folder}_of_mine"
    for path in _below(tree, folder):
        _place(tree, new + path.removeprefix(folder), tree.pop(path))


def _add(draw: Draw, tree: Files, fresh: Fresh) -> None:
    lines = [next(fresh) for _ in range(draw(st.integers(0, 3)))]
    # some are where a later version has a file or a folder of its own
    clashing = ("src/shop/web", "src/shop/page.py", "src/shop/engine/ledger.py")
    _place(tree, draw(st.sampled_from((*NEW, *clashing))), b"".join(lines))


def _crlf(draw: Draw, tree: Files, _fresh: Fresh) -> None:
    path = _one_of(draw, tree)
    if b"\0" not in tree[path]:
        tree[path] = tree[path].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _folder_for_file(draw: Draw, tree: Files, fresh: Fresh) -> None:
    path = _one_of(draw, tree)
    if path != "pyproject.toml":
        del tree[path]
        tree[f"{path}/inner.txt"] = next(fresh)


EDITS: Sequence[Edit] = (
    *(_lines, _lines, _lines, _lines, _lines, _lines),
    *(_delete, _rename, _rename, _add, _add, _crlf),
    *(_delete_folder, _rename_folder, _folder_for_file),
)


def _one_of(draw: Draw, tree: Files) -> str:
    some = tree.interesting if draw(st.booleans()) else []
    return str(draw(st.sampled_from(some or sorted(tree))))


def _folder(draw: Draw, tree: Tree) -> str:
    folders = {parent.as_posix() for path in tree for parent in PurePosixPath(path).parents}
    inner = sorted(folders - {".", "src", "src/shop"})
    return str(draw(st.sampled_from(inner))) if inner else "none"


def _below(tree: Tree, folder: str) -> list[str]:
    return [path for path in tree if path.startswith(f"{folder}/")]


def _place(tree: Tree, path: str, content: bytes) -> None:
    """Put a file where none is, and no folder, nor a file in the place of one of its folders."""
    above = {parent.as_posix() for parent in PurePosixPath(path).parents}
    if path not in tree and not _below(tree, path) and not above & tree.keys():
        tree[path] = content
