"""How SQLite is used: one writer at a time, who waits for its turn, and readers beside it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from my_shop import engine
from my_shop.database import Database
from my_shop.scheduling.models import StoredJob

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
