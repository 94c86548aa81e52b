"""On SQLite, one writer works at a time, and readers do not wait."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from contextvars import copy_context
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.background.scheduling.models import StoredJob
from shop.database import Database, engine
from shop.process.starting import StartError

WRITERS = 4


def test_transactions_that_read_and_then_write_take_turns(database: Database) -> None:
    together = threading.Barrier(WRITERS)

    def add_one_more() -> None:
        together.wait()
        with database.transaction() as session:
            count = session.scalar(select(func.count()).select_from(StoredJob))
            session.add(StoredJob(id=str(count), job_state=b""))

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(add_one_more) for _ in range(WRITERS)]:
            done.result()
    with database.snapshot() as session:
        assert set(session.scalars(select(StoredJob.id))) == {"0", "1", "2", "3"}


def test_a_connection_keeps_its_turn_until_it_is_back_in_the_pool(database: Database) -> None:
    with database.engine.connect() as connection:
        for _ in range(2):
            with connection.begin():
                assert connection.info["writes"]


def test_a_writer_waits_twenty_seconds_for_its_turn(database: Database) -> None:
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 20_000


FULL = 2
"""SQLite waits for the disk at each commit."""


def test_what_was_committed_survives_a_power_cut(database: Database) -> None:
    durable = engine.create_engine(database.url, 1)  # those of other tests do not wait
    with durable.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
    durable.dispose()


def test_it_survives_too_if_this_sqlite_was_compiled_to_wait_for_less() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")

        engine._configure(connection, None)

        assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)


def test_foreign_keys_are_enforced(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE b (a_id INTEGER REFERENCES a (id))")
    with database.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.exec_driver_sql("INSERT INTO b VALUES (1)")


def test_a_prepared_file_lets_readers_work_beside_a_writer(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    engine.prepare(database.engine)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


@pytest.fixture
def in_use(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Read from a new file, so that its journal mode cannot change."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as reader:
        reader.execute("CREATE TABLE words (word TEXT)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM words").fetchall()
        yield reader


@pytest.fixture
def impatient(tmp_path: Path, in_use: sqlite3.Connection) -> Iterator[Database]:
    """Open the same file with a lock timeout of 0."""
    assert in_use.in_transaction
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 0"))
    yield database
    database.close()


def test_a_file_that_is_in_use_is_prepared_when_it_is_free(
    impatient: Database, in_use: sqlite3.Connection
) -> None:
    """S16: processes can start at the same time."""
    with ThreadPoolExecutor() as pool:
        prepared = pool.submit(engine.prepare, impatient.engine)
        assert not wait([prepared], timeout=0.2).done
        in_use.execute("COMMIT")
        prepared.result()
    with impatient.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_file_that_stays_in_use_ends_the_start(
    impatient: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    with pytest.raises(StartError, match="the database cannot be used: database is locked"):
        engine.prepare(impatient.engine)


def write(database: Database, name: str) -> None:
    """Write a row in a transaction of its own."""
    with database.transaction() as session:
        session.add(StoredJob(id=name, job_state=b""))


def test_a_transaction_inside_another_is_refused_at_once(database: Database) -> None:
    began = time.monotonic()
    with database.transaction() as session:
        session.add(StoredJob(id="outer", job_state=b""))
        session.flush()
        with pytest.raises(RuntimeError, match="a write transaction is open here already"):
            write(database, "inner")

    assert time.monotonic() - began < 5
    write(database, "later")  # the lock is free again
    with database.snapshot() as session:
        assert set(session.scalars(select(StoredJob.id))) == {"outer", "later"}


def test_coroutines_that_would_wait_for_each_other_are_refused_at_once(database: Database) -> None:
    async def write_slowly(name: str) -> None:
        with database.transaction() as session:
            session.add(StoredJob(id=name, job_state=b""))
            session.flush()
            await asyncio.sleep(0)

    async def write_both() -> tuple[BaseException | None, BaseException | None]:
        both = (write_slowly("a"), write_slowly("b"))
        return await asyncio.gather(*both, return_exceptions=True)

    first, second = asyncio.run(write_both())

    assert (first, type(second)) == (None, RuntimeError)


def test_a_thread_that_serves_another_call_meanwhile_waits_for_its_turn(
    database: Database,
) -> None:
    """As in a server: a session is opened in one call and closed in another."""
    session = Session(database.engine)
    session.add(StoredJob(id="first", job_state=b""))
    copy_context().run(session.flush)

    def commit_later() -> None:
        time.sleep(0.2)
        session.commit()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(commit_later)
        copy_context().run(write, database, "second")

    with database.snapshot() as reader:
        assert set(reader.scalars(select(StoredJob.id))) == {"first", "second"}


def test_a_turn_that_does_not_come_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    writer_lock = engine.WriterLock()
    assert writer_lock._acquire()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(writer_lock._acquire).result() is False
