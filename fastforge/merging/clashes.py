"""Files and folders of the same name: the user's stay, and what the template has is left out."""

from collections.abc import Iterable, Iterator, Mapping

from fastforge.merging.fates import Fate, Told
from fastforge.merging.outcomes import Outcome
from fastforge.render import Tree


def without_clashes(outcomes: Iterable[Outcome], yours: Tree) -> list[Outcome]:
    """Leave out each new file that would be where the user has a folder, or the other way round.

    A file that is left out may have been a new name for one of the user's, which then stays where
    it was and may be in the way of another: so this goes on until nothing is.
    """
    result = list(outcomes)
    while clashes := dict(_clashes(result, yours)):
        for number, told in clashes.items():
            result[number] = Outcome({}, told)
    return result


def _clashes(outcomes: list[Outcome], yours: Tree) -> Iterator[tuple[int, Told]]:
    """Give the number of each outcome that makes such a file, and what is in the way."""
    files = {path: content for done in outcomes for path, content in done.files.items()}
    there = {path: path for path in {*yours, *files} if files.get(path, b"") is not None}
    within = {folder: path for path in there for folder in _folders(path)}
    for number, done in enumerate(outcomes):
        for path in _made(done.files, yours):
            files_above = (there[folder] for folder in _folders(path) if folder in there)
            if way := within.get(path) or next(files_above, None):
                yield number, Told(path, Fate.UNMERGED, way)


def _made(files: Mapping[str, bytes | None], yours: Tree) -> Iterator[str]:
    return (path for path, content in files.items() if content is not None and path not in yours)


def _folders(path: str) -> Iterator[str]:
    """Give `a` and `a/b` for `a/b/c`."""
    return (path[:end] for end, letter in enumerate(path) if letter == "/")
