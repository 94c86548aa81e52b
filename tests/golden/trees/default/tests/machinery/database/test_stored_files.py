"""Files of rows: whole on the disk or not there at all, and cleared when no row names them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shop.database import Database
from shop.database.clear_files import YOUNG, clear, main
from shop.database.stored_files import (
    FileColumn,
    NewFile,
    StoredFile,
    files_of,
    remove,
)

KEY = "0123456789abcdef" * 2


class Tables(DeclarativeBase):
    """Tables of this test."""


class Album(Tables):
    """What has two files, or none."""

    __tablename__ = "albums"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    cover: Mapped[StoredFile | None] = mapped_column(FileColumn)
    back: Mapped[StoredFile | None] = mapped_column(FileColumn)


@pytest.fixture
def database(own_database_url: str) -> Iterator[Database]:
    """Make the table."""
    database = Database(own_database_url)
    Tables.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder that is not there yet."""
    return tmp_path / "below" / "files"


def kept(folder: Path, *chunks: bytes) -> StoredFile:
    """Keep a file."""
    new = NewFile(folder)
    for chunk in chunks:
        new.write(chunk)
    return new.keep("image/png")


def test_a_file_is_kept_with_what_is_known_of_it(folder: Path) -> None:
    file = kept(folder, b"one ", b"two")

    digest = sha256(b"one two").hexdigest()
    assert (file.size, file.content_type, file.sha256) == (7, "image/png", digest)
    assert [path.name for path in folder.iterdir()] == [file.key]
    assert (folder / file.key).read_bytes() == b"one two"


def test_a_file_without_bytes_is_a_file(folder: Path) -> None:
    assert (folder / kept(folder).key).read_bytes() == b""


def test_what_is_under_way_has_no_name_that_a_row_could_have(folder: Path) -> None:
    new = NewFile(folder)
    new.write(b"one")

    assert [path.suffix for path in folder.iterdir()] == [".part"]

    new.discard()
    assert list(folder.iterdir()) == []


def test_what_cannot_be_made_durable_can_be_discarded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = NewFile(folder)
    synced: list[int] = []

    def fail_for_the_folder(number: int) -> None:
        synced.append(number)
        if len(synced) == 2:
            raise OSError

    monkeypatch.setattr(os, "fsync", fail_for_the_folder)

    with pytest.raises(OSError, match=r"^$"):
        new.keep("image/png")
    new.discard()

    assert list(folder.iterdir()) == []


def test_a_row_gives_back_what_it_names(database: Database) -> None:
    file = StoredFile(KEY, 7, "image/png", "")
    with database.transaction() as session:
        session.add(Album(cover=file))

    with database.snapshot() as session:
        [album] = session.query(Album)
        assert (album.cover, album.back) == (file, None)
        assert list(files_of(album)) == [file]


def test_what_is_not_there_needs_no_removal(folder: Path) -> None:
    one, other = kept(folder, b"one"), kept(folder, b"other")

    remove(folder, StoredFile(KEY, 7, "image/png", ""), one)

    assert [path.name for path in folder.iterdir()] == [other.key]


def test_what_no_row_names_is_cleared_unless_it_is_young(database: Database, folder: Path) -> None:
    named, back, left = (kept(folder, text) for text in (b"named", b"back", b"left"))
    with database.transaction() as session:
        session.add_all([Album(cover=named), Album(back=back), Album()])
    left_open = NewFile(folder)
    for name in ("notes.txt", f"{KEY}.jpg"):
        (folder / name).write_bytes(b"not ours")
    now = datetime.now(UTC)

    assert clear(database, folder, now, Tables) == 0
    assert clear(database, folder, now + YOUNG + timedelta(minutes=1), Tables) == 2

    left_open.discard()
    names = {path.name for path in folder.iterdir()}
    assert names == {named.key, back.key, "notes.txt", f"{KEY}.jpg"}
    assert left.key not in names


def test_what_goes_meanwhile_is_not_missed(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / kept(folder).key).unlink()
    monkeypatch.setattr(Path, "glob", lambda *_: iter([folder / KEY]))

    assert clear(database, folder, datetime.now(UTC) + 2 * YOUNG, Tables) == 0


def test_it_is_a_command(
    own_database_url: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", own_database_url)
    monkeypatch.setenv("FILES_FOLDER", str(folder))
    place = folder / kept(folder, b"left").key
    os.utime(place, (0, 0))

    main()

    assert capsys.readouterr().out == "removed 1 files\n"
    assert not place.exists()
