"""Processes do not wait for a stalled process that has locked rows (S21)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from shop.background import RunContext
from shop.background.models import Run
from shop.background.scheduling import Every, Job
from shop.background.scheduling.models import (
    HandledJob,
    SchedulerProcess,
    StoredJob,
)
from shop.background.scheduling.scheduler import Scheduler
from shop.database import Base, Database
from shop.database.engine import limit_waits


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


TICK = Job(name="tick", schedule=Every(timedelta(seconds=1)), function=do_nothing)


@pytest.mark.parametrize("model", [SchedulerProcess, HandledJob, Run, StoredJob])
def test_due_times_are_recorded_although_somebody_has_locked_the_rows(
    make_scheduler: Callable[..., Scheduler],
    database: Database,
    recorded: Callable[[], Sequence[Run]],
    wait_until: Callable[[Callable[[], object]], None],
    model: type[Base],
) -> None:
    schedulers = [make_scheduler(TICK) for _ in range(2)]
    for scheduler in schedulers:
        scheduler.start()
    wait_until(recorded)

    with database.transaction() as session:
        assert session.scalars(select(model).with_for_update()).all()
        before = {scheduler: scheduler.last_pass for scheduler in schedulers}
        count = len(recorded())
        wait_until(lambda: len(recorded()) >= count + 3)
        wait_until(lambda: all(s.last_pass > seen for s, seen in before.items()))


def test_a_lock_that_is_not_given_is_waited_for_so_long_and_no_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shop.database.engine.LOCK_SECONDS",
        0.02,
    )
    locked = select(SchedulerProcess).with_for_update()
    with database.transaction() as session:
        session.add(SchedulerProcess(id="x", seen_at=datetime.now(UTC), declared="{}"))

    with database.transaction() as session:
        session.scalars(locked).all()
        with database.transaction() as other:
            limit_waits(other.connection())
            with pytest.raises(OperationalError, match="lock timeout"):
                other.scalars(locked).all()
