"""How much the passes of several schedulers ask of the database."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from shop.background import RunContext
from shop.background.models import Run
from shop.background.scheduling import Every, Job
from shop.background.scheduling.models import HandledJob
from shop.background.scheduling.scheduler import Scheduler
from shop.database import Database

MakeScheduler = Callable[..., Scheduler]
MakeDue = Callable[[Scheduler, str, datetime], None]
Recorded = Callable[[], Sequence[Run]]

SELDOM = Every(timedelta(days=36_525))
NAMES = [f"job_{number}" for number in range(20)]


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


def job(name: str) -> Job:
    return Job(name=name, schedule=SELDOM, function=do_nothing)


def just_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def started(make_scheduler: MakeScheduler) -> Callable[[], Scheduler]:
    """Make schedulers of the same jobs whose passes are made by the test."""

    def start() -> Scheduler:
        scheduler = make_scheduler(*(job(name) for name in NAMES))
        scheduler.engine.start(paused=True)
        scheduler.engine.do_pass()
        return scheduler

    return start


@contextmanager
def statements(database: Database) -> Generator[Counter[str], None, None]:
    """Count statements by their first word."""
    counts = Counter[str]()

    def count(*arguments: object) -> None:
        counts[str(arguments[2]).split()[0]] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    yield counts
    event.remove(database.engine, "before_cursor_execute", count)


def test_a_pass_without_anything_to_do_only_reads(
    started: Callable[[], Scheduler], database: Database
) -> None:
    schedulers = [started() for _ in range(2)]
    for scheduler in schedulers:
        scheduler.engine.do_pass()  # it notices the other

    with statements(database) as counts:
        schedulers[0].engine.do_pass()

    assert counts["SELECT"] <= 1
    assert not counts.keys() - {"BEGIN", "SELECT"}


def test_who_comes_second_writes_nothing(
    started: Callable[[], Scheduler], make_due: MakeDue, recorded: Recorded, database: Database
) -> None:
    """S1: both processes read that a job is due; one records it."""
    first, second = started(), started()
    first.engine.do_pass()
    due_at = just_now()
    make_due(first, NAMES[0], due_at)
    read_by_second = second.engine.store.run_times()
    first.engine.do_pass()

    with statements(database) as counts:
        second.engine._pass(read_by_second)

    assert counts  # it looked again, under the lock of the ledger
    assert not counts.keys() & {"INSERT", "UPDATE", "DELETE"}
    assert [run.due_at for run in recorded()] == [due_at]


def test_many_jobs_that_fall_due_at_once_take_as_many_statements_as_one(
    started: Callable[[], Scheduler], make_due: MakeDue, recorded: Recorded, database: Database
) -> None:
    scheduler = started()
    with database.transaction() as session:
        session.execute(update(HandledJob).values(until=just_now() - timedelta(days=1)))

    def count(names: Sequence[str]) -> int:
        due_at = just_now()
        for name in names:
            make_due(scheduler, name, due_at)
        with statements(database) as counts:
            scheduler.engine.do_pass()
        return counts.total()

    assert count(NAMES[:1]) == count(NAMES[1:])
    assert sorted(run.name for run in recorded()) == sorted(NAMES)


@pytest.mark.parametrize("with_ledger", [True, False])
def test_a_job_advances_in_the_transaction_of_the_ledger_or_after_it(
    started: Callable[[], Scheduler],
    make_due: MakeDue,
    recorded: Recorded,
    monkeypatch: pytest.MonkeyPatch,
    *,
    with_ledger: bool,
) -> None:
    monkeypatch.setattr(
        "shop.background.scheduling.scheduler.WITH_LEDGER",
        with_ledger,
    )
    scheduler, due_at = started(), just_now()
    upcoming = scheduler.next_run_times()
    make_due(scheduler, NAMES[0], due_at)

    scheduler.engine.do_pass()

    assert [run.due_at for run in recorded()] == [due_at]
    assert scheduler.next_run_times() == upcoming


def test_who_comes_second_records_nothing(
    started: Callable[[], Scheduler], recorded: Recorded
) -> None:
    """S1: the jobs were due when it looked, and are not any more."""
    scheduler = started()

    scheduler._record(NAMES, just_now())

    assert recorded() == []
