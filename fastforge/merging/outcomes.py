"""What becomes of each file: the rules, whichever way texts are merged."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastforge.merging.fates import Fate, Told
from fastforge.merging.renames import File, Trees
from fastforge.merging.texts import Merged

Files = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What changes in the user's tree for one file (None: the file goes), and what is told."""

    files: Files
    told: Told | None = None


def outcome(file: File, trees: Trees, content: Merged | None) -> Outcome:
    """Decide about one file; `content` is what both sides make of it, None if nothing can be."""
    if file.yours is None:
        return _absent(file, trees)
    if file.theirs is None:
        return _dropped(file, file.yours, trees)
    return _in_both(file, file.yours, file.theirs, trees, content)


def _absent(file: File, trees: Trees) -> Outcome:
    """Decide about a file that the user deleted or never had."""
    if file.theirs is None:
        return Outcome({})
    now = trees.theirs[file.theirs]
    if file.base is None:
        return Outcome({file.theirs: now})
    if file.theirs == file.base and now == trees.base[file.base]:
        return Outcome({})
    return Outcome({}, _told(file.base, Fate.KEPT_DELETED, file.theirs))


def _dropped(file: File, path: str, trees: Trees) -> Outcome:
    """Decide about a file that the template does not have any more."""
    if path == file.base and trees.yours[path] == trees.base[path]:
        return Outcome({path: None})
    return Outcome({}, _told(path, Fate.KEPT, file.base))


def _in_both(file: File, yours: str, theirs: str, trees: Trees, content: Merged | None) -> Outcome:
    """Decide about a file that both have. The user's name for it wins over the template's."""
    followed = yours not in {file.base, theirs}
    path, other = (yours, theirs) if followed else (theirs, yours)
    had = trees.yours[yours]
    now = content.content if content else had
    files: dict[str, bytes | None] = {} if path == yours and now == had else {path: now}
    if path != yours:
        files[yours] = None
    fate = None
    if content is None:
        fate = Fate.UNMERGED
    elif content.conflict:
        fate = Fate.CONFLICT
    elif followed and (now != had or theirs != file.base):
        fate = Fate.FOLLOWED
    elif path != yours and had != trees.base[yours]:
        fate = Fate.MOVED
    return Outcome(files, _told(path, fate, other) if fate else None)


def _told(path: str, fate: Fate, other: str | None) -> Told:
    return Told(path, fate, "" if other in {None, path} else str(other))
