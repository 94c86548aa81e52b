"""Which versions a project is of, and which one it can go to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from fastforge import __version__
from fastforge.errors import UsageError
from fastforge.project.record import Record
from fastforge.releases.releases import versions
from fastforge.updating.notes import key_of


def chosen(wanted: str | None, records: Sequence[Record]) -> str:
    """Give the version to update to: the one wanted, or the installed one.

    Raises UsageError if a part is of a version that is newer or unknown, or there is no such one.
    """
    known = versions()
    for record in records:
        if record.version not in known:
            _refuse(record)
    target = wanted or __version__
    if target not in known:
        raise UsageError(f"There is no version {target!a} here.", f"Known: {', '.join(known)}.")
    newest = max((record.version for record in records), key=key_of)
    if key_of(target) < key_of(newest):
        problem = f"The project is of {newest} already; an update does not go back to {target}."
        raise UsageError(problem, "Undo the last update, or use your version control.")
    return target


def oldest(found: Iterable[str]) -> str:
    """Give the oldest of some versions."""
    return min(found, key=key_of)


def mixed(records: Sequence[Record]) -> Iterator[str]:
    """Tell that the parts of a project are of several versions, if they are."""
    by_version = defaultdict(list)
    for record in records:
        by_version[record.version].append(f"{record.kind} {record.name}")
    if len(by_version) > 1:
        said = (f"{version} made {', '.join(names)}" for version, names in by_version.items())
        yield f"Parts of several versions: {'; '.join(said)}."


def _refuse(record: Record) -> None:
    name = record.path
    if key_of(record.version) > key_of(__version__):
        problem = f"{name} is of fastforge {record.version!a}; this one is older, {__version__}."
        raise UsageError(problem, "Install the newer one: uv tool upgrade fastforge-scaffold")
    problem = (
        f"{name} is of fastforge {record.version!a}, which this one ({__version__}) knows not."
    )
    raise UsageError(problem, f"It knows {', '.join(versions())}; was the record edited?")
