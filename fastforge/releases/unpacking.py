"""Archives of releases, unpacked into the user's cache folder so that they can be run."""

import hashlib
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge.cache import cache_folder
from fastforge.errors import SetupError


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The folder of a release, and the cache folder (as XDG_CACHE_HOME) that it may use."""

    folder: Path
    cache: Path


@contextmanager
def unpacked(archive: Path) -> Iterator[Unpacked]:
    """Give a release that can be run; without a cache folder it lasts as long as the context."""
    kept = cache_folder("releases")
    if kept is not None and _is_ours(kept) and (folder := _kept(archive, kept)) is not None:
        yield Unpacked(folder, kept.parent.parent)
        return
    with tempfile.TemporaryDirectory(prefix="fastforge-") as scratch:
        _extract(archive, Path(scratch, "release"))
        yield Unpacked(Path(scratch, "release"), Path(scratch))


def _kept(archive: Path, cache: Path) -> Path | None:
    """Give the folder of a release in the cache, made first if need be; None if it is not ours.

    It is written beside its place and renamed, so nobody sees half of it. What is missing later
    (some tools remove old files from caches) is put back file by file: others may be running it.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    place = cache / f"{archive.stem}-{digest[:16]}"
    if not os.path.lexists(place):
        with tempfile.TemporaryDirectory(dir=cache, prefix="new-") as folder:
            _extract(archive, Path(folder, "release"))
            with suppress(OSError):  # another process was first
                Path(folder, "release").rename(place)
    if not _is_ours(place):
        return None
    if missing := [name for name in _names(archive) if not (place / name).is_file()]:
        with tempfile.TemporaryDirectory(dir=cache, prefix="new-") as folder:
            _extract(archive, Path(folder))
            for name in missing:
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                Path(folder, name).replace(place / name)
    return place


def _names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


def _extract(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
    except zipfile.BadZipFile as error:
        problem = f"{archive} cannot be read: {error}."
        raise SetupError(problem, "Install fastforge again.") from error
    folder.chmod(0o700)


def _is_ours(folder: Path) -> bool:
    """Tell whether nobody else can have written into a folder: what lies there is run."""
    found = folder.lstat()
    open_to_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not open_to_others
