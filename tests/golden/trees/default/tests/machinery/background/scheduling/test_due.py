"""Decisions about due times; the tests pass the present time."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from shop.background import RunContext
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job, Once
from shop.background.scheduling.due import (
    MOST_AT_ONCE,
    MOST_ROWS,
    Due,
    decide,
    due_times,
    record,
)
from shop.database import Database

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


def job(*, grace: timedelta = HOUR, coalesce: bool = True, jitter: timedelta = timedelta(0)) -> Job:
    return Job(
        name="report",
        schedule=Every(HOUR),
        function=do_nothing,
        misfire_grace=grace,
        coalesce=coalesce,
        jitter=jitter,
    )


def record_due(
    session: Session, job: Job, moments: Sequence[datetime], now: datetime
) -> list[tuple[str, State]]:
    return record(session, [Due(job.name, moments)], {job.name: job}, now)


def test_a_due_time_within_the_grace_is_run() -> None:
    assert decide([NOON - HOUR], NOON, job(grace=HOUR), busy=False) == [State.QUEUED]


def test_a_due_time_older_than_the_grace_is_missed() -> None:
    """S7: it does not run, but it has a row."""
    late = NOON - HOUR - timedelta(microseconds=1)

    assert decide([late], NOON, job(grace=HOUR), busy=False) == [State.MISSED]


def test_of_several_due_times_the_last_is_run_and_the_others_are_coalesced() -> None:
    """S7: the merged due times have rows."""
    due_times = [NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR, NOON]

    states = decide(due_times, NOON, job(grace=2 * HOUR), busy=False)

    assert states == [State.MISSED, State.COALESCED, State.COALESCED, State.QUEUED]


def test_without_coalescing_each_due_time_is_run() -> None:
    states = decide([NOON - HOUR, NOON], NOON, job(coalesce=False), busy=False)

    assert states == [State.QUEUED, State.QUEUED]


@pytest.mark.parametrize("coalesce", [True, False])
def test_a_due_time_at_which_max_instances_still_run_is_skipped(*, coalesce: bool) -> None:
    """S12."""
    assert decide([NOON], NOON, job(coalesce=coalesce), busy=True) == [State.SKIPPED]


def test_a_due_time_is_recorded_once_however_many_processes_bring_it(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S1."""
    with database.transaction() as session:
        first = record_due(session, job(), [NOON], NOON)
    with database.transaction() as session:
        second = record_due(session, job(), [NOON], NOON)

    assert (first, second) == ([("report", State.QUEUED)], [])
    (run,) = recorded()
    assert (run.due_at, run.error) == (NOON, None)


def test_max_instances_counts_the_runs_of_all_processes(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S12: another process holds a run that still goes on."""
    with database.transaction() as session:
        record_due(session, job(), [NOON - HOUR], NOON - HOUR)
        run = session.query(Run).one()
        run.state, run.held_by = State.RUNNING, "another"
    with database.transaction() as session:
        record_due(session, job(), [NOON], NOON)

    assert [run.state for run in recorded()] == [State.RUNNING, State.SKIPPED]


def test_an_unused_slot_of_a_dead_process_does_not_skip_the_next_due_time(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S2: a lost run does not block the next one."""
    with database.transaction() as session:
        record_due(session, job(), [NOON - HOUR], NOON - HOUR)
        run = session.query(Run).one()
        run.state, run.owner, run.held_by = State.LOST, "dead", None
    with database.transaction() as session:
        record_due(session, job(), [NOON], NOON)

    assert [run.state for run in recorded()] == [State.LOST, State.QUEUED]


def test_due_times_are_folded_into_a_run_that_nobody_has_begun_yet(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S7: such as while no runner is up."""
    for moment in (NOON, NOON + HOUR, NOON + 2 * HOUR):
        with database.transaction() as session:
            record_due(session, job(), [moment], moment)

    states = [run.state for run in recorded()]
    assert states == [State.QUEUED, State.COALESCED, State.COALESCED]


def test_only_what_could_still_be_run_is_folded(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S7: missed due times stay missed."""
    with database.transaction() as session:
        record_due(session, job(), [NOON], NOON)
        record_due(session, job(), [NOON + HOUR, NOON + 4 * HOUR], NOON + 4 * HOUR)

    states = [run.state for run in recorded()]
    assert states == [State.QUEUED, State.MISSED, State.COALESCED]


def test_a_run_that_waits_for_its_next_attempt_takes_no_due_time_in(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S7: a retry belongs to an earlier due time that has begun."""
    with database.transaction() as session:
        record_due(session, job(), [NOON], NOON)
        session.query(Run).one().attempt = 1
        record_due(session, job(), [NOON + HOUR], NOON + HOUR)

    assert [run.state for run in recorded()] == [State.QUEUED, State.QUEUED]


def test_without_coalescing_each_due_time_waits_for_its_turn(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    for moment in (NOON, NOON + HOUR):
        with database.transaction() as session:
            record_due(session, job(coalesce=False), [moment], moment)

    assert [run.state for run in recorded()] == [State.QUEUED, State.QUEUED]


def test_all_jobs_that_fell_due_are_told_with_what_became_of_them(database: Database) -> None:
    registry = {"report": job(), "bill": replace(job(grace=HOUR), name="bill")}
    due = [Due("report", [NOON]), Due("bill", [NOON - 2 * HOUR])]

    with database.transaction() as session:
        written = record(session, due, registry, NOON)

    assert written == [("report", State.QUEUED), ("bill", State.MISSED)]


@pytest.mark.parametrize("jitter", [HOUR, timedelta(milliseconds=100)])
def test_jitter_delays_the_start_and_not_the_due_time(
    database: Database, recorded: Callable[[], Sequence[Run]], jitter: timedelta
) -> None:
    """S6: all processes compute the same due time."""
    with database.transaction() as session:
        record_due(session, job(jitter=jitter), [NOON], NOON)

    (run,) = recorded()
    assert run.due_at == NOON
    assert NOON < run.available_at <= NOON + jitter


def seconds_to_noon(count: int) -> list[datetime]:
    """Return due times, one each second, that end at noon."""
    return [NOON - seconds * SECOND for seconds in range(count)][::-1]


def test_a_long_absence_is_recorded_in_a_bounded_number_of_rows(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S20: rows and counts add up to all due times, by state."""
    due = seconds_to_noon(5 * MOST_ROWS)

    with database.transaction() as session:
        written = record_due(session, job(grace=3 * MOST_ROWS * SECOND), due, NOON)

    rows = recorded()
    counted = Counter[State]()
    for run in rows:
        counted[run.state] += 1 + run.earlier
    missed, folded = 2 * MOST_ROWS - 1, 3 * MOST_ROWS
    assert counted == {State.MISSED: missed, State.COALESCED: folded, State.QUEUED: 1}
    assert Counter(state for _, state in written) == counted
    assert len(rows) == 2 * MOST_ROWS + 1
    assert {run.error for run in rows} == {None}


def test_the_oldest_row_of_those_that_ended_alike_counts_the_earlier_ones(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S20."""
    with database.transaction() as session:
        record_due(session, job(grace=SECOND), seconds_to_noon(MOST_ROWS + 7), NOON)

    oldest, second, *_ = recorded()
    assert (oldest.state, oldest.earlier) == (State.MISSED, 5)
    assert (second.state, second.earlier) == (State.MISSED, 0)


@pytest.mark.parametrize("more", [0, 1, 2 * MOST_ROWS])
def test_what_a_row_counts_is_not_recorded_again(
    database: Database, recorded: Callable[[], Sequence[Run]], more: int
) -> None:
    """S1, S20: another process records the same due times, and perhaps more."""
    due, grace = seconds_to_noon(2 * MOST_ROWS), 3 * MOST_ROWS * SECOND
    later = [NOON + second * SECOND for second in range(1, more + 1)]
    with database.transaction() as session:
        record_due(session, job(grace=grace), due, NOON)
    with database.transaction() as session:
        record_due(session, job(grace=grace), due + later, NOON + more * SECOND)

    assert sum(1 + run.earlier for run in recorded()) == len(due) + more


def test_without_coalescing_all_due_times_within_the_grace_are_run(
    database: Database, recorded: Callable[[], Sequence[Run]]
) -> None:
    """S20: each one runs, so each one has its own row."""
    due = seconds_to_noon(3 * MOST_ROWS)

    with database.transaction() as session:
        record_due(session, job(coalesce=False), due, NOON)

    assert [(run.due_at, run.state) for run in recorded()] == [(at, State.QUEUED) for at in due]


def test_due_times_are_taken_up_to_now_and_so_many_at_once() -> None:
    every = Every(SECOND)

    assert due_times(every, NOON, NOON + 2 * SECOND) == [NOON, NOON + SECOND, NOON + 2 * SECOND]
    assert due_times(every, NOON + SECOND, NOON) == []
    assert due_times(Once(NOON), NOON, NOON + HOUR) == [NOON]
    assert len(due_times(every, NOON, NOON + 9 * HOUR)) == MOST_AT_ONCE
