"""Where a template comes from: fetched once, at the version that Copier would take.

What is asked comes from this copy, and Copier is told the same commit.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastforge.environment.clone import (
    NoTemplateError,
    check_out,
    clone,
    commit_of,
    is_dirty,
    is_repository,
    tags,
)
from fastforge.errors import UsageError

_SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_ADDRESS = re.compile(r"(?:git@|git://|git\+|https://github\.com/|https://gitlab\.com/).*|.*\.git")
"""What Copier takes for the address of a repository; all else is a path."""


@dataclass(frozen=True, slots=True)
class Source:
    """A template at one version, and the folder in which it can be read now.

    `given` names it for Copier, and in the answers file that later updates read. `ref` is what
    Copier is told to take, None for a folder that is no repository. `version` names it for people.
    """

    given: str
    folder: Path
    ref: str | None = None
    version: str = "its files as they are"
    notes: tuple[str, ...] = ()


@contextmanager
def fetched(source: str, ref: str | None, folder: Path = Path()) -> Iterator[Source]:
    """Give a template at `ref`, or at its newest version: for as long as the context lasts.

    A path is one from `folder`. Raises NoTemplateError for what cannot be fetched, UsageError for
    what lacks the version.
    """
    given = _whole(source, folder)
    address = _address(given)
    local = Path(address)
    if address == given and not _ADDRESS.fullmatch(given) and not is_repository(local):
        yield _folder(given, ref)
        return
    chosen = ref or newest(tags(address)) or "HEAD"
    if chosen == "HEAD" and is_dirty(local):
        yield Source(given, local, "HEAD", "its files as they are", (_DIRTY.format(given),))
        return
    with tempfile.TemporaryDirectory(prefix="fastforge-template-") as temporary:
        place = Path(temporary, "template")
        clone(address, place)
        commit = commit_of(place, chosen)
        if commit is None:
            raise _no_version(given, chosen, tags(address))
        check_out(place, commit)
        notes = (_NO_TAGS.format(given),) if chosen == "HEAD" and not ref else ()
        yield Source(given, place, commit, commit[:12] if chosen == "HEAD" else chosen, notes)


_DIRTY = (
    "note: {} has changes that are not committed: they are used, but no later update can find this "
    "version. Commit them, then make the project again."
)
_NO_TAGS = (
    "note: {} has no tags that are versions, such as v1.0.0: its newest commit is used, now and by "
    "every later update."
)


def newest(tags: Sequence[str]) -> str | None:
    """Give the tag of the newest version, by PEP 440 as Copier does: no pre-release."""
    from packaging.version import InvalidVersion, Version

    found: list[tuple[Version, str]] = []
    for tag in tags:
        try:
            version = Version(tag)
        except InvalidVersion:
            continue
        if not version.is_prerelease:
            found.append((version, tag))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _whole(source: str, folder: Path) -> str:
    """Give the address or the whole path: an update may be run in another folder."""
    if _ADDRESS.fullmatch(source) and not (folder / source).exists():
        return source
    if source.startswith(tuple(_SHORT)) or "://" in source:
        return source
    return os.path.abspath(folder / Path(source).expanduser())  # noqa: PTH100 (which leaves `..` in)


def _address(given: str) -> str:
    """Give what git can fetch."""
    for short, long in _SHORT.items():
        if given.startswith(short):
            return f"{long}{given.removeprefix(short).lstrip('/').removesuffix('.git')}.git"
    return given.removeprefix("git+")


def _folder(given: str, ref: str | None) -> Source:
    if not Path(given).is_dir():
        hint = "Give a folder, a bundle or an address; `git+` before an address says it is git's."
        raise NoTemplateError(f"There is no template {given}.", hint)
    if ref:
        problem = f"{given} is no git repository, so it has no version {ref}."
        raise UsageError(problem, "Leave --ref out.")
    note = f"note: {given} is no git repository: projects made from it cannot be updated."
    return Source(given, Path(given), notes=(note,))


def _no_version(given: str, ref: str, known: Sequence[str]) -> UsageError:
    problem = f"The template {given} has no version {ref}."
    if ref == "HEAD":
        problem = f"The template {given} has no commits."
    last = ", ".join(known[-5:])
    return UsageError(problem, f"Its last tags: {last}." if known else "It has no tags.")
