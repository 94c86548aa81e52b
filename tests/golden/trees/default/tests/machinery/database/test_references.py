"""Rows that refer to rows of other tables, and two callers at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import ForeignKey, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shop.database import Database
from shop.database.references import (
    OWNED,
    MissingRowError,
    is_referred_to,
    refers_to_row,
    require_rows,
)


class Tables(DeclarativeBase):
    """Tables of this test."""


class Shelf(Tables):
    """What is referred to."""

    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Book(Tables):
    """What refers to a shelf, or to none."""

    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("shelves.id", ondelete="RESTRICT"))


class Note(Tables):
    """What has an owner, and may refer to another of that one."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[str]
    note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id", info=OWNED))


@pytest.fixture
def database(own_database_url: str) -> Iterator[Database]:
    """Keep the shelf 1, and no book."""
    database = Database(own_database_url)
    Tables.metadata.create_all(database.engine)
    with database.transaction() as session:
        session.add(Shelf(id=1))
    yield database
    database.close()


def remove_shelf(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(Shelf))


def put_book(database: Database, shelf: int) -> None:
    with database.transaction() as session:
        session.execute(insert(Book).values(id=7, shelf_id=shelf))


def test_a_value_may_refer_to_what_is_there_or_to_nothing(database: Database) -> None:
    with database.transaction() as session:
        require_rows(session, Book, {"id": 1, "shelf_id": 1})
        require_rows(session, Book, {"id": 1, "shelf_id": None})


def test_a_value_that_refers_to_what_is_not_there_is_named(database: Database) -> None:
    with (
        pytest.raises(MissingRowError, match=r"^shelf_id refers to nothing$") as missing,
        database.transaction() as session,
    ):
        require_rows(session, Book, {"id": 1, "shelf_id": 2})

    assert missing.value.column == "shelf_id"


@pytest.mark.parametrize("owner", ["another", None])
def test_a_row_of_another_owner_is_as_if_not_there(database: Database, owner: str | None) -> None:
    column = Note.__table__.c.note_id
    with database.transaction() as session:
        session.execute(insert(Note).values(id=1, owner="ada"))

        require_rows(session, Note, {"note_id": 1}, "ada")
        with pytest.raises(MissingRowError, match=r"^note_id refers to nothing$"):
            require_rows(session, Note, {"note_id": 1}, owner)
        assert [refers_to_row(session, column, 1, each) for each in ("ada", owner)] == [True, False]


def test_a_row_is_there_or_not(database: Database) -> None:
    column = Book.__table__.c.shelf_id
    with database.snapshot() as session:
        assert [refers_to_row(session, column, number) for number in (1, 2)] == [True, False]


def test_what_is_there_stays_while_the_transaction_is_open(database: Database) -> None:
    with ThreadPoolExecutor() as pool:
        with database.transaction() as session:
            require_rows(session, Book, {"shelf_id": 1})
            removal = pool.submit(remove_shelf, database)
            waits = not wait([removal], timeout=0.3).done
            session.add(Book(id=7, shelf_id=1))
        with pytest.raises(IntegrityError) as refused:
            removal.result()

    assert (waits, is_referred_to(refused.value)) == (True, True)


@pytest.mark.parametrize("shelf", [1, 2], ids=["the-id-is-taken", "no-such-shelf"])
def test_what_cannot_be_written_is_not_called_referred_to(database: Database, shelf: int) -> None:
    if shelf == 1:
        put_book(database, 1)

    with pytest.raises(IntegrityError) as refused:
        put_book(database, shelf)

    assert not is_referred_to(refused.value)
