from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import RunContext, Task, sweep
from shop.background.models import Run, State
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


ONCE = Task(name="once", payload=Nothing, function=ignore)
InsertRun = Callable[..., UUID]


def test_finished_runs_are_pruned_by_age(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """S13: runs that wait, run or hold a slot stay."""
    old, young = NOW - timedelta(days=31), NOW - timedelta(days=29)
    insert_run(ONCE, State.SUCCEEDED, finished_at=old)
    kept = {
        insert_run(ONCE, State.SUCCEEDED, finished_at=young),
        insert_run(ONCE, State.QUEUED),
        insert_run(ONCE, State.RUNNING),
        insert_run(ONCE, State.TIMED_OUT, finished_at=old, held_by="alive"),
    }

    sweep.prune(session, NOW, settings)

    assert set(session.scalars(select(Run.id))) == kept


def test_finished_runs_are_pruned_by_number(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """S13: the newest are kept."""
    ages = (4, 1, 3, 0, 2)
    runs = {n: insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - n * SECOND) for n in ages}

    sweep.prune(session, NOW, settings.model_copy(update={"run_retention_rows": 3}))

    assert set(session.scalars(select(Run.id))) == {runs[n] for n in range(3)}


def test_a_key_is_kept_while_the_same_may_be_asked_again(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """T7, S1: even if the run is too old or too many."""
    few = settings.model_copy(update={"run_retention_rows": 1, "idempotency_key_hours": 24})
    insert_run(
        ONCE, State.SUCCEEDED, key="old", finished_at=NOW, created_at=NOW - timedelta(hours=25)
    )
    asked = insert_run(ONCE, State.SUCCEEDED, key="new", finished_at=NOW)
    newest = insert_run(ONCE, State.SUCCEEDED, finished_at=NOW + SECOND)

    sweep.prune(session, NOW, few)

    assert set(session.scalars(select(Run.id))) == {asked, newest}


def test_many_runs_are_pruned_a_part_at_a_time(
    session: Session, insert_run: InsertRun, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: others cannot write during a deletion."""
    monkeypatch.setattr(sweep, "PRUNED_AT_ONCE", 2)
    for _ in range(3):
        insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - timedelta(days=31))

    assert not sweep.prune(session, NOW, settings)
    assert len(session.scalars(select(Run.id)).all()) == 1
    assert sweep.prune(session, NOW, settings)

    assert session.scalars(select(Run.id)).all() == []
