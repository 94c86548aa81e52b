"""Locks and lost connections on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from shop.background.scheduling.models import SchedulerProcess
from shop.database import Database, engine
from shop.database.engine import lock_ledger

WRITERS = 4
KILL_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_who_takes_the_ledger_first_is_not_disturbed(database: Database) -> None:
    """S1, T3: the count does not change between read and write."""
    together = threading.Barrier(WRITERS)

    def add_one_more() -> None:
        together.wait()
        with database.transaction() as session:
            lock_ledger(session.connection())
            count = session.scalar(select(func.count()).select_from(SchedulerProcess))
            session.add(SchedulerProcess(id=str(count), seen_at=func.now(), declared="{}"))

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(add_one_more) for _ in range(WRITERS)]:
            done.result()
    with database.snapshot() as session:
        assert set(session.scalars(select(SchedulerProcess.id))) == {"0", "1", "2", "3"}


def test_a_process_that_stalls_with_the_ledger_is_cut_off(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2: other processes continue."""
    monkeypatch.setattr(engine, "STALL_SECONDS", 1)

    def stall() -> None:
        with database.transaction() as session:
            lock_ledger(session.connection())
            began.set()
            over.wait()

    began, over = threading.Event(), threading.Event()
    with ThreadPoolExecutor() as pool:
        stalled = pool.submit(stall)
        began.wait()
        with database.transaction() as session:
            lock_ledger(session.connection())
        over.set()
        with pytest.raises(DBAPIError, match="idle-in-transaction timeout"):
            stalled.result()


def test_the_ledger_is_waited_for_so_long_and_no_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S21."""
    with database.transaction() as session:
        lock_ledger(session.connection())
        monkeypatch.setattr(engine, "LOCK_SECONDS", 0.02)
        with database.transaction() as other, pytest.raises(OperationalError, match="lock timeout"):
            lock_ledger(other.connection())


def test_killed_connections_are_replaced(database: Database, database_url: str) -> None:
    """S15: the next transaction works."""
    other = Database(database_url)
    with other.snapshot() as session:
        session.execute(select(1))
    with database.transaction() as session:
        session.execute(text(KILL_OTHERS))

    with other.snapshot() as session:
        assert session.scalar(select(1)) == 1
    other.close()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_url_may_name_the_driver_or_not(scheme: str, database_url: str) -> None:
    url = make_url(database_url).set(drivername=scheme)
    database = Database(url.render_as_string(hide_password=False))
    with database.snapshot() as session:
        assert session.scalar(select(1)) == 1
    database.close()


def test_a_connection_that_has_read_writes_only_where_the_server_lets_it(
    database: Database,
) -> None:
    """T12: the setting of PostgreSQL decides, not the earlier use of the connection."""
    with database.snapshot() as session:
        driver = session.connection().connection.driver_connection
        session.execute(select(1))

    with database.transaction() as session:
        assert session.connection().connection.driver_connection is driver
        session.execute(text("SELECT 1"))
        assert getattr(driver, "read_only", "") is None


def test_a_statement_stays_prepared_after_a_snapshot(database: Database) -> None:
    """The server plans what is repeated only once."""
    with database.snapshot() as session:
        for _ in range(6):  # psycopg prepares what it has sent five times
            session.execute(text("SELECT 'often'"))

    with database.snapshot() as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
        assert "SELECT 'often'" in prepared


def test_what_a_route_changes_in_an_object_that_it_only_read_stays_unwritten(
    database: Database,
) -> None:
    """The response may differ from the row."""
    with database.transaction() as session:
        session.add(SchedulerProcess(id="me", seen_at=func.now(), declared="{}"))

    with database.snapshot() as session:
        session.get_one(SchedulerProcess, "me").declared = "hidden"

    with database.snapshot() as session:
        assert session.get_one(SchedulerProcess, "me").declared == "{}"
