"""Whether other processes notice that runs were queued; a second engine acts as one of them."""

import threading
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shop.database import Database
from shop.database.notify import NOTIFICATION, notify, watch
from shop.settings import Settings

MANY = 40


@pytest.fixture
def noticed(settings: Settings) -> Iterator[Callable[[int], bool]]:
    """Tell whether a second engine notices within so many looks what was committed."""
    other, stopped = Database(settings.database_url), threading.Event()
    looks = watch(other.engine, stopped)
    assert next(looks)  # something may have been committed before

    def notice(number: int) -> bool:
        return any(islice(looks, number))

    yield notice
    looks.close()
    other.close()


def write(session: Session) -> None:
    session.execute(text("DELETE FROM fastforge_paused_jobs"))
    session.execute(text("INSERT INTO fastforge_paused_jobs VALUES ('x', CURRENT_TIMESTAMP)"))


def test_what_is_committed_is_noticed(database: Database, noticed: Callable[[int], bool]) -> None:
    for _ in range(3):
        with database.transaction() as session:
            write(session)
            notify(session.connection())

        assert noticed(MANY)


def test_a_statement_that_returns_the_notification_is_noticed(
    database: Database, noticed: Callable[[int], bool]
) -> None:
    with database.transaction() as session:
        write(session)
        session.execute(select(NOTIFICATION))

    assert noticed(MANY)


def test_without_a_commit_nothing_is_noticed(
    database: Database, noticed: Callable[[int], bool]
) -> None:
    with database.transaction() as session:
        write(session)
        notify(session.connection())
    assert noticed(MANY)

    with database.transaction() as session:
        write(session)
        notify(session.connection())
        session.rollback()

    assert not noticed(2)


def test_a_stop_ends_it(settings: Settings) -> None:
    database, stopped = Database(settings.database_url), threading.Event()
    looks = watch(database.engine, stopped)
    next(looks)

    stopped.set()

    assert len(list(looks)) <= 1
    database.close()
