"""What schedulers know of each other; tests set the monotonic clock."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from shop.background.scheduling import processes
from shop.background.scheduling.models import SchedulerProcess
from shop.background.scheduling.processes import (
    OtherProcesses,
    Processes,
)
from shop.database import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def announce(database: Database, process: Processes, **declared: str) -> OtherProcesses:
    with database.transaction() as session:
        return process.announce(session, declared, NOON)


def test_each_sees_what_the_others_declare_and_who_started_later(database: Database) -> None:
    """S18."""
    old, new = Processes("a"), Processes("b")

    assert announce(database, old, report="daily") == OtherProcesses()
    assert announce(database, new, report="hourly") == OtherProcesses(
        frozenset({("report", "daily")})
    )
    seen = announce(database, old, report="daily")
    assert seen == OtherProcesses(frozenset({("report", "hourly")}), frozenset({"report"}))


def test_who_counts_no_further_is_gone_after_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S17: its wall clock does not matter."""
    announce(database, Processes("killed"), report="daily")
    living, seen = Processes("living"), {}

    for moment in (0, 10, 20, 30, 31):
        monkeypatch.setattr(processes, "monotonic", lambda m=moment: m)
        seen[moment] = announce(database, living).declared

    assert seen[30] == {("report", "daily")}
    assert seen[31] == frozenset()
    with database.snapshot() as session:
        assert session.scalars(select(SchedulerProcess.id)).all() == ["living"]
