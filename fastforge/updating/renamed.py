"""Modules whose folder the user gave another name: they are updated under that name.

What a release makes for `modules/products` goes to `modules/goods`, imports included, so that only
what the user wrote differs from it, and new files come where the others are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from fastforge.project.record import Record, digest
from fastforge.updating.sides import Side


def renamed_modules(records: Sequence[Record], yours: Mapping[str, bytes]) -> dict[str, str]:
    """Give the new name of each module whose folder is gone, if one other is as it was.

    That is a folder that has the files of the module, and belongs to none.
    """
    modules = [record for record in records if record.kind == "module"]
    taken = {name for record in records for name in _folders(record.digests)}
    found = {}
    for record in modules:
        recorded = _folders(record.digests)
        if recorded and record.name not in recorded:
            found[record.name] = min(recorded)  # an update before this one has noticed it
        elif (had := recorded.get(record.name)) and record.name not in (there := _folders(yours)):
            others = [name for name, files in there.items() if files >= had and name not in taken]
            found |= {record.name: others[0]} if len(others) == 1 else {}
    return found


def under_new_names(side: Side, names: Mapping[str, str]) -> Side:
    """Give a side with the files of these modules, and what their records say, under new names."""
    if not names:
        return side
    files = {path: (_path(path, names), text) for path, text in side.tree.items()}
    tree = {place: _text(text, path, place) for path, (place, text) in files.items()}
    return Side(tree, tuple(_record(record, side.tree, names) for record in side.records))


def _record(record: Record, made: Mapping[str, bytes], names: Mapping[str, str]) -> Record:
    """Give a record of where the files are; the digest of one as it was made follows its text."""
    digests = {}
    for path, value in record.digests.items():
        place, text = _path(path, names), made.get(path, b"")
        as_made = digest(text) == value
        digests[place] = digest(_text(text, path, place)) if as_made else value
    return replace(record, digests=digests)


def _text(text: bytes, path: str, place: str) -> bytes:
    if path == place:
        return text
    old, new = PurePosixPath(path).parent.name, PurePosixPath(place).parent.name
    return text.replace(f"modules.{old}".encode(), f"modules.{new}".encode())


def _path(path: str, names: Mapping[str, str]) -> str:
    """Give where `.../modules/OLD/FILE` is now."""
    *above, rooms, name, file = ("", "", *path.split("/"))
    if rooms != "modules" or name not in names:
        return path
    return "/".join((*filter(None, above), rooms, names[name], file))


def _folders(paths: Mapping[str, object]) -> dict[str, set[str]]:
    """Give the files of each folder `src/PACKAGE/modules/NAME`."""
    found: dict[str, set[str]] = {}
    for path in paths:
        match path.split("/"):
            case ["src", _, "modules", name, file]:
                found.setdefault(name, set()).add(file)
    return found
