"""Modules whose folder the user gave another name: they are updated under that name.

What a release makes for `modules/products` goes to `modules/goods`, imports included, so that only
what the user wrote differs from it, and new files come where the others are.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from fastforge.project.record import Record, digest
from fastforge.updating.sides import Side

_MOST = 0.5
"""Of the lines of a module, more than this share must be there still."""


def renamed_modules(side: Side, yours: Mapping[str, bytes]) -> dict[str, str]:
    """Give the new name of each module whose folder is gone, if one other is like it.

    That folder has the files of the module and most of their lines, and belongs to no module. A
    folder that is the only one for a module is that of no other; one that is the only one for two
    is that of neither.
    """
    there, made = _folders(yours), _folders(side.tree)
    free = there.keys() - {name for record in side.records for name in _folders_of(record)}
    found, like = dict[str, str](), dict[str, set[str]]()
    for record in side.records:
        if record.kind != "module":
            continue
        recorded, files = _folders_of(record), made.get(record.name, {})
        if recorded and record.name not in recorded:
            found[record.name] = min(recorded)  # an update before this one has noticed it
        elif record.name not in there:
            like[record.name] = {name for name in free if _are_like(files, there[name])}
    while only := {name: min(folders) for name, folders in like.items() if len(folders) == 1}:
        wanted = Counter(only.values())
        found |= {name: folder for name, folder in only.items() if wanted[folder] == 1}
        like = {name: like[name] - wanted.keys() for name in like if name not in only}
    return dict(sorted(found.items()))


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


def _folders_of(record: Record) -> set[str]:
    return set(_folders(dict.fromkeys(record.digests, b"")))


def _folders(tree: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Give the files of each folder `src/PACKAGE/modules/NAME`."""
    found: dict[str, dict[str, bytes]] = {}
    for path, text in tree.items():
        match path.split("/"):
            case ["src", _, "modules", name, file]:
                found.setdefault(name, {})[file] = text
    return found


def _are_like(made: Mapping[str, bytes], there: Mapping[str, bytes]) -> bool:
    if not made or not made.keys() <= there.keys():
        return False
    lines = {(file, line) for file, text in made.items() for line in text.splitlines()}
    kept = {(file, line) for file in made for line in there[file].splitlines()}
    return len(lines & kept) > len(lines) * _MOST
