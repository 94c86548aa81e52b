"""`main` in the process of the test: it works until a signal, or reports why it cannot."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from my_shop.background import RunContext, ledger
from my_shop.background.__main__ import main
from my_shop.background.models import Run, State
from my_shop.background.scheduling import Job, Once
from my_shop.database import Database

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def nothing(_context: RunContext) -> None:
    """Do the work of a job."""


ONCE = Job(name="once", function=nothing, schedule=Once(datetime(2099, 1, 1, tzinfo=UTC)))


@pytest.fixture(autouse=True)
def _from_the_environment(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Set the environment of a process; ignore a signal that comes too late."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("POLL_SECONDS", "0.05")
    before = [signal.signal(number, lambda *_: None) for number in SIGNALS]
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def worked(database: Database) -> Callable[[], bool]:
    """Tell whether the run has ended well."""

    def look() -> bool:
        with database.snapshot() as session:
            return session.scalar(select(Run.state)) == State.SUCCEEDED

    return look


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_it_works_until_a_signal(  # noqa: PLR0913
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    database: Database,
    worked: Callable[[], bool],
    wait_until: Callable[[Callable[[], object]], None],
    *,
    number: signal.Signals,
) -> None:
    monkeypatch.setattr(
        "my_shop.background.standalone.find_work",
        lambda: {"once": ONCE},
    )
    with database.transaction() as session:
        ledger.add(session, ONCE, datetime.now(UTC))

    heartbeat = Path(environment["BACKGROUND_HEARTBEAT_FILE"])

    def end() -> None:
        try:
            wait_until(lambda: heartbeat.exists() and worked())
        finally:
            os.kill(os.getpid(), number)

    with ThreadPoolExecutor() as pool:
        ended = pool.submit(end)
        assert main([]) == 0
    ended.result()
    assert not heartbeat.exists()


def test_it_gives_up_where_there_is_no_database(
    monkeypatch: pytest.MonkeyPatch, no_database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", no_database_url)

    assert main([]) == 1
