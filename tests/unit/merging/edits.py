"""Random trees of small files, and random edits of them, as a user or a template makes them."""

from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import Any

from hypothesis import strategies as st

from fastforge.merging.merge import Merge

Draw = Any
Tree = dict[str, bytes]

PATHS = ["a", "b", "c", "folder/a", "folder/b", "folder", "a/b", "other/c"]
LINES = [b"", b"one", b"two", b"three", b"four", b"<<<<<<< yours", b"=======", b">>>>>>> new"]

texts = st.lists(st.sampled_from(LINES), max_size=9).map(
    lambda lines: b"".join(line + b"\n" for line in lines)
)
without_repetition = st.integers(0, 9).map(
    lambda number: b"".join(b"line %d\n" % line for line in range(number))
)


def without_clashes(tree: Tree) -> Tree:
    """Leave out files that are where another file has its folder."""
    return {
        path: content
        for path, content in tree.items()
        if not any(other.startswith(f"{path}/") for other in tree)
    }


def trees(contents: st.SearchStrategy[bytes], most: int = 6) -> st.SearchStrategy[Tree]:
    """Give trees of so many files at most."""
    return st.dictionaries(st.sampled_from(PATHS), contents, max_size=most).map(without_clashes)


FILES = ("lines", "lines", "lines", "delete", "add", "rename", "crlf")
WITHIN = ("insert", "delete", "change", "move")


@st.composite
def edited(
    draw: Draw,
    tree: Tree,
    name: str,
    files: Sequence[str] = FILES,
    within: Sequence[str] = WITHIN,
) -> Tree:
    """Edit a tree; each line that is added is of this name and a number, once in the tree."""
    result, fresh = dict(tree), (f"{name} {number}\n".encode() for number in count())
    for kind in draw(st.lists(st.sampled_from(files), min_size=1, max_size=5)):
        if kind == "add":
            lines = islice(fresh, draw(st.integers(0, 3)))
            result.setdefault(draw(st.sampled_from(PATHS)), b"".join(lines))
            continue
        if not result:
            continue
        path = draw(st.sampled_from(sorted(result)))
        if kind == "lines":
            result[path] = draw(edited_text(result[path], fresh, within))
        elif kind == "crlf":
            result[path] = result[path].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        else:
            content = result.pop(path)
            if kind == "rename":
                result.setdefault(draw(st.sampled_from(PATHS)), content)
    return without_clashes(result)


@st.composite
def edited_text(draw: Draw, text: bytes, fresh: Iterator[bytes], within: Sequence[str]) -> bytes:
    """Insert, delete, change or move lines, and leave out the last one's end now and then."""
    lines = text.splitlines(keepends=True)
    change = draw(st.sampled_from(within))
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(lines))] * 2)))
    taken = lines[start:end]
    if change != "insert":
        del lines[start:end]
    if change in {"insert", "change"}:
        lines.insert(start, next(fresh))
    if change == "move":
        place = draw(st.integers(0, len(lines)))
        lines[place:place] = taken
    result = b"".join(lines)
    return result.rstrip(b"\r\n") if draw(st.integers(0, 5)) == 0 else result


def lines_of(*trees: Tree) -> set[bytes]:
    """Give each line of the files, without its end."""
    return {line for tree in trees for text in tree.values() for line in text.splitlines()}


def after(tree: Tree, done: Merge) -> Tree:
    """Give the user's tree as the merge leaves it."""
    result: dict[str, bytes | None] = {**tree, **done.files}
    return {path: content for path, content in result.items() if content is not None}
