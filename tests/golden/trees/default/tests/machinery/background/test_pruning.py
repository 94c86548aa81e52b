from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.background import (
    Every,
    Job,
    RunContext,
    Task,
    pruning,
)
from shop.background.batches import Batch
from shop.background.models import Run, State
from shop.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OLD = NOW - timedelta(days=31)


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
    insert_run(ONCE, State.FAILED, finished_at=old)
    kept = {
        insert_run(ONCE, State.FAILED, finished_at=young),
        insert_run(ONCE, State.QUEUED),
        insert_run(ONCE, State.RUNNING),
        insert_run(ONCE, State.TIMED_OUT, finished_at=old, held_by="alive"),
    }

    pruning.prune(session, NOW, settings)

    assert set(session.scalars(select(Run.id))) == kept


@pytest.mark.parametrize(("all_days", "good_days"), [(30, 7), (7, 30)])
def test_runs_that_succeeded_are_pruned_earlier(
    all_days: float,
    good_days: float,
    session: Session,
    insert_run: InsertRun,
    settings: Settings,
) -> None:
    """S13: nobody looks for them as long as for the others."""
    retention = {"run_retention_days": all_days, "success_retention_days": good_days}
    insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - timedelta(days=8))
    kept = {
        insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - timedelta(days=6)),
        *([insert_run(ONCE, State.FAILED, finished_at=NOW - timedelta(days=8))] * (all_days > 7)),
    }

    pruning.prune(session, NOW, settings.model_copy(update=retention))

    assert set(session.scalars(select(Run.id))) == kept


def test_the_last_good_run_of_a_job_stays(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """S13: of a monthly job, too, one can see that it works."""
    job = Job(name="monthly", schedule=Every(timedelta(days=30)), function=lambda _context: None)
    insert_run(job, State.SUCCEEDED, finished_at=OLD, due_at=OLD - SECOND)
    last = insert_run(job, State.SUCCEEDED, finished_at=OLD, due_at=OLD)
    failed = insert_run(job, State.FAILED, finished_at=NOW, due_at=NOW)

    pruning.prune(session, NOW, settings)

    assert set(session.scalars(select(Run.id))) == {last, failed}


def test_many_runs_of_one_state_push_out_none_of_another(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """S13: however many succeed, what failed last week is there."""
    failed = {insert_run(ONCE, State.FAILED, finished_at=NOW - timedelta(days=8)) for _ in "12"}
    good = [insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - n * SECOND) for n in range(4)]

    pruning.prune(session, NOW, settings.model_copy(update={"run_retention_rows": 2}))

    assert set(session.scalars(select(Run.id))) == {*failed, *good[:2]}


def test_finished_runs_are_pruned_by_number(
    session: Session, insert_run: InsertRun, settings: Settings
) -> None:
    """S13: the newest are kept."""
    ages = (4, 1, 3, 0, 2)
    runs = {n: insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - n * SECOND) for n in ages}

    pruning.prune(session, NOW, settings.model_copy(update={"run_retention_rows": 3}))

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

    pruning.prune(session, NOW, few)

    assert set(session.scalars(select(Run.id))) == {asked, newest}


def test_many_runs_are_pruned_a_part_at_a_time(
    session: Session, insert_run: InsertRun, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: others cannot write during a deletion."""
    monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", 2)
    for _ in range(3):
        insert_run(ONCE, State.SUCCEEDED, finished_at=NOW - timedelta(days=31))

    assert not pruning.prune(session, NOW, settings)
    assert len(session.scalars(select(Run.id)).all()) == 1
    assert pruning.prune(session, NOW, settings)

    assert session.scalars(select(Run.id)).all() == []


@pytest.fixture
def batch(session: Session, insert_run: InsertRun) -> Callable[..., UUID]:
    """Insert an old batch of one run, and the run that follows it; return its id."""

    def insert(*, then: State | None, **values: object) -> UUID:
        known = {"id": uuid4(), "total": 1, "only_after_success": False, "created_at": OLD}
        batch = Batch(**known, **values)
        session.add(batch)
        session.flush()
        insert_run(ONCE, State.FAILED, finished_at=OLD, batch_id=batch.id)
        if then is not None:
            end = OLD if then is State.SUCCEEDED else None
            insert_run(ONCE, then, finished_at=end, id=batch.id)
        return batch.id

    return insert


@pytest.mark.parametrize(
    ("values", "then"),
    [
        ({"ended_at": None}, None),
        ({"ended_at": OLD}, State.QUEUED),
        ({"ended_at": OLD}, State.RUNNING),
    ],
)
def test_a_batch_keeps_its_runs_until_what_follows_it_has_ended(
    values: dict[str, datetime | None],
    then: State | None,
    session: Session,
    batch: Callable[..., UUID],
    settings: Settings,
) -> None:
    """S13: that reads what failed."""
    batch_id = batch(then=then, **values)

    pruning.prune(session, NOW, settings)
    pruning.prune(session, NOW, settings)

    assert session.scalars(select(Run).where(Run.batch_id == batch_id)).one()
    assert session.get(Batch, batch_id)


def test_a_batch_that_is_over_goes_after_its_runs(
    session: Session, batch: Callable[..., UUID], settings: Settings
) -> None:
    """S13: one of a failed run that never ended, too."""
    batch(then=State.SUCCEEDED, ended_at=OLD)
    never = session.get_one(Batch, batch(then=None))
    never.only_after_success = True
    session.flush()

    pruning.prune(session, NOW, settings)

    assert session.scalars(select(Run.id)).all() == []
    assert session.scalars(select(Batch.id)).all() == []


def test_the_key_of_a_batch_is_kept_while_the_same_may_be_asked_again(
    session: Session, batch: Callable[..., UUID], settings: Settings
) -> None:
    """T7."""
    rare = settings.model_copy(update={"idempotency_key_hours": 24 * 40})
    batch_id = batch(then=State.SUCCEEDED, ended_at=OLD, unique_key="k")

    pruning.prune(session, NOW, rare)
    assert session.scalars(select(Batch.id)).all() == [batch_id]

    pruning.prune(session, NOW, settings)
    assert session.scalars(select(Batch.id)).all() == []


def test_many_batches_are_pruned_a_part_at_a_time(
    session: Session,
    batch: Callable[..., UUID],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S13."""
    monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", 1)
    for _ in range(2):
        batch(then=None, ended_at=OLD)

    pruning.prune(session, NOW, settings)

    assert len(session.scalars(select(Batch.id)).all()) == 1
