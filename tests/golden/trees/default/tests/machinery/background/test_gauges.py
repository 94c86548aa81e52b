"""Gauges are read from the database at each scrape."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from pydantic import BaseModel
from sqlalchemy import update

from shop.background import RunContext, Task, ledger, rates
from shop.background.gauges import LedgerCollector
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job, Once
from shop.background.scheduling.handled import advance
from shop.background.scheduling.models import (
    PausedJob,
    SchedulerProcess,
)
from shop.background.work import Work
from shop.database import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAIL = Task(name="mail", payload=BaseModel, function=lambda _payload, _context: None)
SLOW = Task(name="slow", payload=BaseModel, function=MAIL.function, rate_limit="1/minute")


def nothing(_context: RunContext) -> None:
    """Do the work of a job."""


TICK = Job(name="tick", function=nothing, schedule=Every(HOUR))
OFF = Job(name="off", function=nothing, schedule=Every(HOUR), enabled=False)
OVER = Job(name="over", function=nothing, schedule=Once(NOW))


def value(
    database: Database,
    name: str,
    planned: Mapping[str, float | None] | None = None,
    **labels: str,
) -> float | None:
    """Read one gauge, as a scrape does."""
    registry = CollectorRegistry()
    work = {work.name: work for work in (MAIL, SLOW, TICK, OFF, OVER)}
    registry.register(LedgerCollector(database, work, lambda: planned or {}))
    return registry.get_sample_value(name, labels)


@pytest.mark.parametrize("work", [MAIL, TICK])
@pytest.mark.parametrize(
    ("metric", "counts"),
    [
        (
            "waiting",
            {State.QUEUED: 1, State.SCHEDULED: 1, State.RUNNING: 0, State.SUCCEEDED: 0},
        ),
        ("scheduled", {State.QUEUED: 0, State.SCHEDULED: 0, State.CANCELLED: 0}),
        ("in_progress", {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 0}),
    ],
)
def test_runs_are_shown_by_where_they_stand(
    database: Database, work: Work, metric: str, counts: dict[State, int]
) -> None:
    for state, count in counts.items():
        with database.transaction() as session:
            run_id = ledger.add(session, work, NOW, state=state)
            session.get_one(Run, run_id).finished_at = None
        shown = value(database, f"{work.kind}s_{metric}", None, **{work.kind: work.name})
        assert shown == count
        with database.transaction() as session:
            session.delete(session.get_one(Run, run_id))


@pytest.mark.parametrize("work", [MAIL, TICK])
@pytest.mark.parametrize("state", [State.QUEUED, State.SCHEDULED])
def test_what_waits_for_its_time_is_scheduled_and_not_waiting(
    database: Database, work: Work, state: State
) -> None:
    """A retry too, which waits for the end of its backoff."""

    def shown() -> list[float | None]:
        label = {work.kind: work.name}
        names = [f"{work.kind}s_{what}" for what in ("scheduled", "waiting", "waiting_seconds")]
        return [value(database, name, None, **label) for name in names]

    assert shown() == [0, 0, 0]
    with database.transaction() as session:
        session.get_one(Run, ledger.add(session, work, datetime.now(UTC), delay=HOUR)).state = state
    assert shown() == [1, 0, 0]


def test_what_a_rate_limit_holds_back_is_scheduled_and_not_waiting(database: Database) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        run_id = ledger.add(session, SLOW, now - HOUR)
        assert run_id is not None
        rates.record(session, "slow", [(run_id, 1)], now - timedelta(minutes=2))
    assert value(database, "tasks_scheduled", task="slow") == 0
    assert value(database, "tasks_waiting", task="slow") == 1

    with database.transaction() as session:
        rates.record(session, "slow", [(run_id, 2)], now)

    assert value(database, "tasks_scheduled", task="slow") == 1
    assert value(database, "tasks_waiting", task="slow") == 0
    assert value(database, "tasks_waiting_seconds", task="slow") == 0


def test_runs_that_this_code_does_not_know_are_not_shown(database: Database) -> None:
    with database.transaction() as session:
        ledger.add(session, Task(name="new", payload=BaseModel, function=MAIL.function), NOW)

    assert value(database, "tasks_waiting", task="new") is None


@pytest.mark.parametrize(
    ("state", "count"),
    [
        (State.FAILED, 1),
        (State.TIMED_OUT, 1),
        (State.INTERRUPTED, 1),
        (State.LOST, 1),
        (State.QUEUED, 0),
        (State.SUCCEEDED, 0),
    ],
)
def test_what_failed_for_good_is_a_dead_letter(
    database: Database, state: State, count: int
) -> None:
    with database.transaction() as session:
        ledger.add(session, MAIL, NOW, state=state)

    assert value(database, "tasks_dead_letters", task="mail") == count


@pytest.mark.parametrize("work", [MAIL, TICK])
def test_failures_of_the_last_hour_are_counted_without_a_counter(
    database: Database, work: Work
) -> None:
    """Prometheus sees no increase in a counter that starts above 0."""

    def failed(outcome: str) -> float | None:
        metric = f"{work.kind}_failed_runs"
        return value(database, metric, None, outcome=outcome, **{work.kind: work.name})

    now = datetime.now(UTC)
    assert failed("missed") == 0
    with database.transaction() as session:
        ledger.add(session, work, now, state=State.MISSED)
        session.execute(update(Run).values(earlier=41))
        ledger.add(session, work, now - HOUR, state=State.MISSED)
        ledger.add(session, work, now - HOUR / 2, state=State.FAILED)
        ledger.add(session, work, now, state=State.SUCCEEDED)

    assert (failed("missed"), failed("failed"), failed("lost")) == (42, 1, 0)
    assert failed("succeeded") is None
    with database.transaction() as session:
        session.execute(update(Run).values(dismissed_at=now))
    assert failed("missed") == 0


@pytest.mark.parametrize("work", [MAIL, TICK])
def test_the_longest_wait_counts_from_when_it_could_have_begun(
    database: Database, work: Work
) -> None:
    def waits() -> float:
        metric, labels = f"{work.kind}s_waiting_seconds", {work.kind: work.name}
        seconds = value(database, metric, None, **labels)
        assert seconds is not None
        return seconds

    now = datetime.now(UTC)
    assert waits() == 0
    with database.transaction() as session:  # a retry, or a delayed start
        ledger.add(session, work, now, delay=HOUR)
    assert waits() == 0
    with database.transaction() as session:
        ledger.add(session, work, now - HOUR)
        ledger.add(session, work, now)
    assert HOUR.total_seconds() <= waits() < 2 * HOUR.total_seconds()


@pytest.mark.parametrize("work", [MAIL, TICK])
def test_slots_that_are_held_by_runs_that_are_over_are_counted(
    database: Database, work: Work
) -> None:
    """A thread that hangs cannot be stopped."""
    gauge, label = f"{work.kind}s_past_timeout", {work.kind: work.name}
    for state, count in {State.TIMED_OUT: 1, State.QUEUED: 2, State.RUNNING: 2}.items():
        with database.transaction() as session:
            run_id = ledger.add(session, work, NOW, state=state)
            session.get_one(Run, run_id).held_by = "somebody"
        assert value(database, gauge, None, **label) == count


def test_a_dead_letter_that_was_dismissed_is_not_shown(database: Database) -> None:
    with database.transaction() as session:
        ledger.add(session, MAIL, NOW, state=State.FAILED)
        session.execute(update(Run).values(dismissed_at=NOW))
    assert value(database, "tasks_dead_letters", task="mail") == 0


def test_each_gauge_says_what_it_is(database: Database) -> None:
    gauges = LedgerCollector(database, {"mail": MAIL, "tick": TICK}, dict).collect()

    of_both = {
        "waiting": "Runs of a {} that could be started",
        "scheduled": "Runs of a {} that wait for a time, or for their rate limit",
        "in_progress": "Runs of a {} that are running",
        "waiting_seconds": "How long a run of a {} has waited that could have been started",
        "past_timeout": "Runs of a {} that are over, but whose slot is still taken",
    }
    both = {f"{k}s_{n}": text.format(k) for n, text in of_both.items() for k in ("task", "job")}
    assert {gauge.name: gauge.documentation for gauge in gauges} == both | {
        "task_failed_runs": "Runs of a task that ended so within the last hour",
        "job_failed_runs": "Runs of a job that ended so within the last hour",
        "tasks_dead_letters": "Runs of a task that failed for good",
        "job_paused": "1 while it is paused",
        "job_last_success_timestamp_seconds": "End of the last good run",
        "job_next_run_timestamp_seconds": (
            "The next due time; in the past until a process records it"
        ),
        "scheduler_last_pass_timestamp_seconds": "When any scheduler last looked at what is due",
        "database_up": "Whether the database answers",
    }


def test_a_paused_job_is_shown_as_such(database: Database) -> None:
    with database.transaction() as session:
        session.add(PausedJob(name="tick", paused_at=NOW))
    assert value(database, "job_paused", job="tick") == 1
    assert value(database, "job_paused", job="off") == 0


def test_the_last_success_is_the_newest_due_time_that_succeeded(database: Database) -> None:
    assert value(database, "job_last_success_timestamp_seconds", job="tick") is None
    ends = [(0, State.SUCCEEDED), (1, State.SUCCEEDED), (2, State.FAILED)]
    with database.transaction() as session:
        for hours, state in ends:
            ledger.add(session, TICK, NOW + hours * HOUR, state=state)
            ledger.add(session, OFF, NOW + (hours + 3) * HOUR, state=state)
    expected = (NOW + HOUR).timestamp()
    assert value(database, "job_last_success_timestamp_seconds", job="tick") == expected


def test_the_next_run_is_the_first_due_time_that_is_not_in_the_ledger(database: Database) -> None:
    """S19: also if the jobstore lost the job; a past time means that it was not recorded."""
    assert value(database, "job_next_run_timestamp_seconds", job="tick") is None
    with database.transaction() as session:
        advance(session, {"tick": NOW, "off": NOW, "over": NOW})

    due = value(database, "job_next_run_timestamp_seconds", job="tick")
    assert due == (NOW + HOUR).timestamp()
    for never in ("off", "over"):
        assert value(database, "job_next_run_timestamp_seconds", job=never) is None


def test_a_due_time_that_nobody_deals_with_shows_as_past(database: Database) -> None:
    past = {"tick": NOW.timestamp()}
    due = value(database, "job_next_run_timestamp_seconds", planned=past, job="tick")
    assert due == NOW.timestamp()


def test_the_newest_pass_of_any_scheduler_counts(database: Database) -> None:
    assert value(database, "scheduler_last_pass_timestamp_seconds") is None
    with database.transaction() as session:
        for hours in (1, 0):
            process = SchedulerProcess(id=str(hours), seen_at=NOW + hours * HOUR, declared="{}")
            session.add(process)
    expected = (NOW + HOUR).timestamp()
    assert value(database, "scheduler_last_pass_timestamp_seconds") == expected
