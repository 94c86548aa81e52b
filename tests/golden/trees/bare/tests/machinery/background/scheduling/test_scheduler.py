"""The scheduler and its store; tests change stored next run times to make jobs due."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from my_shop.background import RunContext
from my_shop.background.models import Run, State
from my_shop.background.scheduling import (
    Crontab,
    Every,
    Job,
    Once,
    Schedule,
)
from my_shop.background.scheduling.adapter import (
    LONGEST_WAIT_SECONDS,
)
from my_shop.background.scheduling.handled import advance
from my_shop.background.scheduling.models import PausedJob
from my_shop.background.scheduling.scheduler import Scheduler
from my_shop.background.scheduling.trigger import ScheduleTrigger
from my_shop.database import Database
from my_shop.process import repeated_errors

MakeScheduler = Callable[..., Scheduler]
MakeDue = Callable[[Scheduler, str, datetime], None]
WaitUntil = Callable[[Callable[[], object]], None]
Recorded = Callable[[], Sequence[Run]]

HOURLY = Every(timedelta(hours=1))


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


def job(name: str = "report", schedule: Schedule = HOURLY, *, enabled: bool = True) -> Job:
    return Job(name=name, schedule=schedule, function=do_nothing, enabled=enabled)


def just_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def test_it_looks_again_when_the_next_job_is_due_and_every_few_seconds_anyway(
    make_scheduler: MakeScheduler, make_due: MakeDue
) -> None:
    scheduler = make_scheduler(job(schedule=Once(datetime(2099, 1, 1, tzinfo=UTC))))
    engine = scheduler.engine
    engine.start(paused=True)
    scheduler.reconcile()

    def wait(*known: str) -> float:
        times = engine.store.run_times()
        return engine._pass({name: times[name] for name in known})

    assert wait("report") == LONGEST_WAIT_SECONDS
    make_due(scheduler, "report", datetime.now(UTC) + timedelta(seconds=4))
    assert 0 < wait("report") <= 4 < LONGEST_WAIT_SECONDS
    make_due(scheduler, "report", just_now())
    assert wait() == LONGEST_WAIT_SECONDS  # the job is for another version


def test_what_falls_due_becomes_a_run_with_its_due_time(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    scheduler = make_scheduler(job())
    scheduler.start()
    due_at = just_now()

    make_due(scheduler, "report", due_at)
    wait_until(recorded)

    (run,) = recorded()
    assert (run.kind, run.name, run.due_at, run.state) == ("job", "report", due_at, State.QUEUED)


def test_the_next_due_time_is_the_anchored_one_after_the_last(
    make_scheduler: MakeScheduler, make_due: MakeDue, wait_until: WaitUntil
) -> None:
    """S6."""
    scheduler = make_scheduler(job())
    scheduler.start()
    expected = HOURLY.next_after(datetime.now(UTC))

    make_due(scheduler, "report", just_now())

    wait_until(lambda: scheduler.next_run_times() == {"report": expected})


def test_apscheduler_gets_the_due_times_of_the_schedule() -> None:
    """S6: APScheduler may ask from any moment."""
    noon, now = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    trigger = ScheduleTrigger(HOURLY)

    assert trigger.get_next_fire_time(noon, now) == noon + timedelta(hours=1)
    assert trigger.get_next_fire_time(None, now) == noon + timedelta(hours=3)


def test_several_schedulers_on_one_store_record_a_due_time_once(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S1: there is no leader; the second process inserts nothing."""
    schedulers = [make_scheduler(job()) for _ in range(3)]
    for scheduler in schedulers:
        scheduler.start()
    due_at = just_now()

    for scheduler in schedulers:
        make_due(scheduler, "report", due_at)
    wait_until(lambda: all(s.next_run_times()["report"] > due_at for s in schedulers))

    assert [run.due_at for run in recorded()] == [due_at]


def test_a_paused_job_lets_its_due_times_pass(
    make_scheduler: MakeScheduler,
    make_due: MakeDue,
    recorded: Recorded,
    database: Database,
    wait_until: WaitUntil,
) -> None:
    scheduler = make_scheduler(job())
    scheduler.start()
    with database.transaction() as session:
        session.add(PausedJob(name="report", paused_at=just_now()))
    due_at = just_now()

    make_due(scheduler, "report", due_at)
    wait_until(lambda: scheduler.next_run_times()["report"] > due_at)

    assert recorded() == []


def test_a_missed_due_time_is_recorded_and_counted(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S7."""
    seen: list[tuple[str, str, State]] = []
    scheduler = make_scheduler(job(), observe=lambda *end: seen.append(end[:3]))
    scheduler.start()

    make_due(scheduler, "report", just_now() - timedelta(hours=2, seconds=1))
    wait_until(lambda: State.QUEUED in [run.state for run in recorded()])

    states = [run.state for run in recorded()]
    assert states[0] is State.MISSED
    wait_until(lambda: len(seen) == len(states) - 1)  # a queued run is counted at its end
    assert seen[0] == ("job", "report", State.MISSED)


def test_a_disabled_job_is_never_due(make_scheduler: MakeScheduler) -> None:
    scheduler = make_scheduler(job(enabled=False))

    scheduler.start()

    assert scheduler.next_run_times() == {}


def test_a_job_that_is_due_once_is_over_afterwards(
    make_scheduler: MakeScheduler, recorded: Recorded, wait_until: WaitUntil
) -> None:
    due_at = just_now() + timedelta(seconds=3)
    scheduler = make_scheduler(job(schedule=Once(due_at)))
    scheduler.start()
    assert scheduler.next_run_times() == {"report": due_at}

    wait_until(lambda: scheduler.next_run_times() == {})

    assert [run.due_at for run in recorded()] == [due_at]


def test_a_job_that_left_the_code_is_removed_while_the_scheduler_runs(
    make_scheduler: MakeScheduler,
) -> None:
    scheduler = make_scheduler(job("report"), job("old"))
    scheduler.start()

    del scheduler.jobs["old"]
    scheduler.reconcile()

    assert list(scheduler.next_run_times()) == ["report"]


def test_a_schedule_that_changed_in_the_code_takes_effect(make_scheduler: MakeScheduler) -> None:
    """S5."""
    scheduler = make_scheduler(job())
    scheduler.start()
    noon = Crontab("0 12 * * *")

    scheduler.jobs["report"] = job(schedule=noon)
    scheduler.reconcile()

    assert scheduler.next_run_times() == {"report": noon.next_after(datetime.now(UTC))}


def test_what_is_planned_can_be_read_without_a_running_scheduler(
    make_scheduler: MakeScheduler,
) -> None:
    """For `/metrics` of a process with SCHEDULER=false."""
    scheduler, idle = make_scheduler(job()), make_scheduler(job())
    scheduler.start()

    planned = idle.planned()

    assert planned == {}  # the memory of another process cannot be read


def test_a_later_reconcile_that_changes_nothing_says_nothing(
    make_scheduler: MakeScheduler,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(
        "my_shop.background.scheduling.upkeep.RECONCILE_EVERY_SECONDS",
        0,
    )
    scheduler = make_scheduler(job())
    scheduler.start()
    caplog.clear()

    before = scheduler.last_pass
    scheduler.engine.wakeup()
    wait_until(lambda: scheduler.last_pass > before)

    assert "jobs:" not in caplog.text


def test_a_moment_that_has_passed_is_not_scheduled(make_scheduler: MakeScheduler) -> None:
    scheduler = make_scheduler(job(schedule=Once(just_now() - timedelta(days=1))))

    scheduler.start()

    assert scheduler.next_run_times() == {}


def test_the_scheduler_recovers_from_a_database_error(  # noqa: PLR0913, PLR0917
    make_scheduler: MakeScheduler,
    make_due: MakeDue,
    recorded: Recorded,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S15: the due time that could not be recorded is recorded later."""
    monkeypatch.setattr(
        "my_shop.background.scheduling.adapter.RETRY_SECONDS",
        0.05,
    )
    scheduler = make_scheduler(job())
    scheduler.start()
    hand_over, failures = scheduler.engine._record, [OperationalError("", None, Exception())]

    def fail_once(names: Collection[str], now: datetime) -> None:
        if failures:
            raise failures.pop()
        hand_over(names, now)

    monkeypatch.setattr(scheduler.engine, "_record", fail_once)
    due_at = just_now()
    with caplog.at_level(logging.ERROR):
        make_due(scheduler, "report", due_at)
        wait_until(recorded)

    assert [run.due_at for run in recorded()] == [due_at]
    assert "the pass over the due jobs failed; trying again" in caplog.messages


def test_a_failed_pass_shows_in_the_time_of_the_last_good_one(
    make_scheduler: MakeScheduler,
    database: Database,
    wait_until: WaitUntil,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S15: the health check and the alert read this."""
    monkeypatch.setattr(repeated_errors, "EVERY_SECONDS", 0)
    monkeypatch.setattr(
        "my_shop.background.scheduling.upkeep.BEAT_SECONDS",
        0,
    )
    scheduler = make_scheduler(job())
    scheduler.start()
    with database.transaction() as session:
        session.execute(text("ALTER TABLE fastforge_scheduler_processes RENAME TO away"))
    scheduler.engine.wakeup()
    wait_until(lambda: "trying again" in caplog.text)
    before = scheduler.last_pass

    caplog.clear()
    scheduler.engine.wakeup()
    wait_until(lambda: "trying again" in caplog.text)
    assert scheduler.last_pass == before

    with database.transaction() as session:
        session.execute(text("ALTER TABLE away RENAME TO fastforge_scheduler_processes"))
    scheduler.engine.wakeup()
    wait_until(lambda: scheduler.last_pass > before)


def test_what_falls_due_after_the_stop_is_left_for_the_next_process(
    make_scheduler: MakeScheduler, recorded: Recorded
) -> None:
    """S11."""
    scheduler = make_scheduler(job())
    scheduler.start()
    scheduler.stop()

    assert not scheduler.running
    assert not scheduler.engine._thread.is_alive()
    assert recorded() == []


def test_a_pass_that_hangs_holds_no_exit_up(
    make_scheduler: MakeScheduler,
    make_due: MakeDue,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S21: the database may not answer for a long time."""
    monkeypatch.setattr(
        "my_shop.background.scheduling.adapter.STOP_SECONDS",
        0.1,
    )
    scheduler, hangs, answer = make_scheduler(job()), Event(), Event()
    scheduler.start()

    def hang(*_arguments: object) -> None:
        hangs.set()
        answer.wait()

    monkeypatch.setattr(scheduler.engine, "_record", hang)
    make_due(scheduler, "report", just_now())
    wait_until(hangs.is_set)

    scheduler.stop()

    assert scheduler.engine._thread.is_alive()
    answer.set()
    wait_until(lambda: not scheduler.engine._thread.is_alive())


def test_a_process_that_ends_while_the_database_is_gone_says_so(
    make_scheduler: MakeScheduler, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    scheduler = make_scheduler(job())
    scheduler.start()
    with database.transaction() as session:
        session.execute(text("ALTER TABLE fastforge_scheduler_processes RENAME TO away"))

    scheduler.stop()

    with database.transaction() as session:
        session.execute(text("ALTER TABLE away RENAME TO fastforge_scheduler_processes"))
    assert "this process cannot delete its row; others will see it as dead" in caplog.messages


def test_a_backlog_is_taken_in_parts_without_a_pause(
    make_scheduler: MakeScheduler,
    make_due: MakeDue,
    recorded: Recorded,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S20: the next pass takes the rest."""
    monkeypatch.setattr(
        "my_shop.background.scheduling.due.MOST_AT_ONCE",
        3,
    )
    each = timedelta(minutes=10)
    schedule = Every(each, anchor=just_now() + each / 2)  # none is due during the test
    scheduler = make_scheduler(job(schedule=schedule))
    engine, first = scheduler.engine, schedule.anchor - 5 * each
    engine.start(paused=True)
    scheduler.reconcile()
    make_due(scheduler, "report", first)

    assert [engine.do_pass() == 0 for _ in range(3)] == [True, True, False]

    assert [run.due_at for run in recorded()] == [first + number * each for number in range(5)]


def test_a_clock_that_was_set_back_is_said_once_and_repeats_nothing(  # noqa: PLR0913, PLR0917
    make_scheduler: MakeScheduler,
    database: Database,
    recorded: Recorded,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S17: here the ledger is an hour ahead of the clock, which is the same."""
    monkeypatch.setattr(
        "my_shop.background.scheduling.upkeep.KEPT",
        True,
    )
    later = HOURLY.next_after(datetime.now(UTC) + timedelta(hours=1))
    with database.transaction() as session:
        advance(session, {"report": later})

    scheduler = make_scheduler(job())
    scheduler.start()
    before = scheduler.last_pass
    scheduler.engine.wakeup()
    wait_until(lambda: scheduler.last_pass > before)

    [said] = [line for line in caplog.messages if "the clock was set back" in line]
    assert said.startswith(f"the clock was set back: report wait until it is {later} again")
    assert scheduler.next_run_times() == {"report": later + timedelta(hours=1)}
    assert recorded() == []


def test_a_schedule_changes_when_what_was_due_by_the_old_one_is_recorded(
    make_scheduler: MakeScheduler,
    make_due: MakeDue,
    recorded: Recorded,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S18."""
    monkeypatch.setattr(
        "my_shop.background.scheduling.upkeep.RECONCILE_EVERY_SECONDS",
        0,
    )
    scheduler, noon = make_scheduler(job()), Crontab("0 12 * * *")
    scheduler.engine.start(paused=True)
    scheduler.engine.do_pass()
    due_at = just_now()
    make_due(scheduler, "report", due_at)
    scheduler.jobs["report"] = job(schedule=noon)

    scheduler.engine.resume()

    wait_until(lambda: scheduler.engine.schedules() == {"report": noon})
    assert [run.due_at for run in recorded()] == [due_at]


def test_a_job_that_is_gone_from_the_store_is_put_back_and_said(
    make_scheduler: MakeScheduler,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S19."""
    monkeypatch.setattr(
        "my_shop.background.scheduling.upkeep.KEPT",
        True,
    )
    scheduler = make_scheduler(job())
    scheduler.start()
    with scheduler.engine.transaction():
        scheduler.engine.store.remove_job("report")

    scheduler.engine.wakeup()

    wait_until(lambda: "report" in scheduler.next_run_times())
    said = "the jobstore has lost report: added again with all due times"
    wait_until(lambda: said in caplog.messages)


def test_the_start_says_what_it_did(
    make_scheduler: MakeScheduler, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        make_scheduler(job("a"), job("b")).start()

    assert "jobs: added a, b; rescheduled none; removed none; kept 0" in caplog.messages
