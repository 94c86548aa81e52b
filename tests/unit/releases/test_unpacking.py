"""What is packed is run from the user's cache folder, if nobody else can write there."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fastforge.releases.unpacking import unpacked
from tests.conftest import files_of
from tests.releases import files_of as packed_files, pack_script


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "0.3.0.zip"
    path.write_bytes(pack_script().archive("0.3.0", "0" * 40, packed_files("0.3.0")))
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fastforge" / "releases"


def is_whole(folder: Path) -> bool:
    files = files_of(folder)
    assert files.pop("release.json")
    return files == packed_files("0.3.0")


def test_it_is_written_once_and_is_the_users_alone(archive: Path, cache: Path) -> None:
    with unpacked(archive) as first:
        assert is_whole(first.folder)
        assert first.cache == cache.parent.parent
    before = first.folder.stat()
    with unpacked(archive) as second:
        after = second.folder.stat()

    assert first == second
    assert list(cache.iterdir()) == [first.folder]
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert before.st_mode & 0o777 == 0o700


def test_another_archive_of_the_same_name_is_another_folder(archive: Path) -> None:
    with unpacked(archive) as first:
        pass
    archive.write_bytes(pack_script().archive("0.3.0", "1" * 40, packed_files("0.3.0")))
    with unpacked(archive) as second:
        assert first.folder != second.folder


def test_many_processes_may_unpack_it_at_once(archive: Path, cache: Path) -> None:
    def use() -> Path:
        with unpacked(archive) as release:
            assert is_whole(release.folder)
            return release.folder

    with ThreadPoolExecutor(8) as threads:
        folders = set(threads.map(lambda _: use(), range(16)))

    assert folders == set(cache.iterdir())


def test_what_was_tidied_away_is_put_back(archive: Path) -> None:
    with unpacked(archive) as release:
        (release.folder / "fastforge" / "__init__.py").unlink()
        (release.folder / "templates" / "job" / "copier.yml").unlink()
    with unpacked(archive) as again:
        assert again == release
        assert is_whole(again.folder)


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_a_folder_that_others_can_write_is_not_used(archive: Path, mode: int) -> None:
    with unpacked(archive) as release:
        release.folder.chmod(mode)
    with unpacked(archive) as again:
        assert again.folder != release.folder
        assert is_whole(again.folder)
        assert again.cache not in release.folder.parents
    assert not again.folder.exists()


def test_a_cache_that_others_can_write_is_not_used(archive: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o770)
    with unpacked(archive) as release:
        assert is_whole(release.folder)
    assert not list(cache.iterdir())


def test_a_folder_of_somebody_else_is_not_used(
    archive: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unpacked(archive):
        pass
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with unpacked(archive) as again:
        assert cache not in again.folder.parents


def test_a_link_is_not_followed(archive: Path, tmp_path: Path) -> None:
    with unpacked(archive) as release:
        release.folder.rename(tmp_path / "elsewhere")
    release.folder.symlink_to(tmp_path / "elsewhere")
    with unpacked(archive) as again:
        assert again.folder != release.folder


def test_without_a_cache_it_lasts_as_long_as_it_is_used(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with unpacked(archive) as release:
        assert is_whole(release.folder)
        assert release.cache == release.folder.parent
    assert not release.folder.exists()
