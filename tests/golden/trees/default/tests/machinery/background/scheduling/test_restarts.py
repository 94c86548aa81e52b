"""What survives a restart or a deploy; each scheduler here acts as a separate process."""

import importlib.metadata
import json
import logging
import pickle
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.job import Job as StoredJob
from sqlalchemy import delete, inspect, select, update
from sqlalchemy.orm import Session

from shop.background import RunContext
from shop.background.models import Run, State
from shop.background.scheduling import (
    Crontab,
    Every,
    Job,
    Once,
    Schedule,
    shared,
)
from shop.background.scheduling.adapter import RETRY_SECONDS
from shop.background.scheduling.handled import handled
from shop.background.scheduling.jobstore import (
    JobStore,
    make_store,
)
from shop.background.scheduling.models import (
    HandledJob,
    SchedulerProcess,
)
from shop.background.scheduling.reconcile import Actions
from shop.background.scheduling.scheduler import Scheduler
from shop.database import Database
from shop.settings import Settings

MakeScheduler = Callable[..., Scheduler]
MakeDue = Callable[[Scheduler, str, datetime], None]
WaitUntil = Callable[[Callable[[], object]], None]
Recorded = Callable[[], Sequence[Run]]
Stored = Callable[[], dict[str, bytes]]

SECOND = timedelta(seconds=1)
HOURLY = Every(timedelta(hours=1))
SELDOM = Every(timedelta(days=36_525))
"""Due in 2100, so that only the due times set by tests occur."""


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


def job(name: str = "report", schedule: Schedule = HOURLY) -> Job:
    return Job(name=name, schedule=schedule, function=do_nothing)


def just_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def test_an_unchanged_start_writes_nothing_to_the_store(
    make_scheduler: MakeScheduler, stored: Stored
) -> None:
    """S5."""
    first = make_scheduler(job())
    first.start()
    first.stop()
    before = stored()

    second = make_scheduler(job())
    second.start()

    assert before
    assert stored() == before
    assert second.reconcile() == Actions(kept=("report",))


def test_each_start_says_what_became_of_the_jobs(
    make_scheduler: MakeScheduler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(2):
        make_scheduler(job()).start()

    said = [line for line in caplog.messages if line.startswith("jobs: ")]
    assert said == [
        "jobs: added report; rescheduled none; removed none; kept 0",
        "jobs: added none; rescheduled none; removed none; kept 1",
    ]


def test_a_changed_schedule_takes_effect_at_the_next_start(
    make_scheduler: MakeScheduler,
) -> None:
    """S5."""
    first = make_scheduler(job(schedule=HOURLY))
    first.start()
    first.stop()
    noon = Crontab("0 12 * * *")

    second = make_scheduler(job(schedule=noon))
    second.start()

    assert second.next_run_times() == {"report": noon.next_after(datetime.now(UTC))}


def test_a_job_that_left_the_code_leaves_the_store(make_scheduler: MakeScheduler) -> None:
    """S5."""
    first = make_scheduler(job("report"), job("old"))
    first.start()
    first.stop()

    second = make_scheduler(job("report"))
    second.start()

    assert list(second.next_run_times()) == ["report"]


def test_starting_again_and_again_adds_no_copies(make_scheduler: MakeScheduler) -> None:
    """S9: the id is the name of the file."""
    for _ in range(3):
        scheduler = make_scheduler(job())
        scheduler.start()
        scheduler.stop()

    scheduler = make_scheduler(job())
    scheduler.start()
    assert list(scheduler.next_run_times()) == ["report"]


def test_what_fell_due_while_nothing_ran_is_made_up_for(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S6, S7: the run that was due is not lost by the restart."""
    first = make_scheduler(job(schedule=SELDOM))
    first.engine.start(paused=True)
    first.engine.do_pass()
    due_at = just_now() - timedelta(minutes=10)
    make_due(first, "report", due_at)
    first.stop()

    make_scheduler(job(schedule=SELDOM)).start()
    wait_until(recorded)

    assert [(run.due_at, run.state) for run in recorded()] == [(due_at, State.QUEUED)]


def test_a_changed_grace_applies_to_jobs_that_are_stored_already(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S7."""
    first = make_scheduler(job(schedule=SELDOM))
    first.engine.start(paused=True)
    first.engine.do_pass()
    make_due(first, "report", just_now() - timedelta(minutes=10))
    first.stop()

    impatient = Job(
        name="report", schedule=SELDOM, function=do_nothing, misfire_grace=timedelta(minutes=5)
    )
    make_scheduler(impatient).start()
    wait_until(recorded)

    assert [run.state for run in recorded()] == [State.MISSED]


def test_a_one_off_that_fell_due_while_nothing_ran_is_run(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S6: its last due time is past, but the store still has it."""
    once = Once(just_now() + timedelta(days=1))
    first = make_scheduler(job(schedule=once))
    first.engine.start(paused=True)
    first.engine.do_pass()
    make_due(first, "report", just_now())
    first.stop()

    make_scheduler(job(schedule=once)).start()
    wait_until(recorded)

    assert [run.state for run in recorded()] == [State.QUEUED]


def test_an_interval_longer_than_the_time_between_restarts_still_comes(
    make_scheduler: MakeScheduler,
) -> None:
    """S6: the next due time is counted from a fixed moment, not from the start."""
    times = []
    for _ in range(2):
        scheduler = make_scheduler(job())
        scheduler.start()
        times.append(scheduler.next_run_times()["report"])
        scheduler.stop()

    assert times[0] == times[1]


def test_the_store_names_no_function_of_a_job(
    make_scheduler: MakeScheduler, stored: Stored
) -> None:
    """S8: a job's function can be moved or renamed."""
    make_scheduler(job()).start()

    state = pickle.loads(stored()["report"])  # noqa: S301

    function = "shop.background.scheduling.trigger:dispatch"
    assert state["func"] == function
    assert (state["args"], state["kwargs"]) == ((), {})


def test_a_row_that_cannot_be_read_is_written_anew_and_said(
    make_scheduler: MakeScheduler,
    corrupt_store: Callable[[bytes], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S8: for instance after the trigger's module was moved."""
    first = make_scheduler(job())
    first.start()
    first.stop()
    corrupt_store(b"cgone\nTrigger\n.")

    second = make_scheduler(job())
    second.start()

    assert list(second.next_run_times()) == ["report"]
    assert "a stored job cannot be read; it is left alone" in caplog.messages


def test_a_row_that_cannot_be_read_is_written_anew_with_its_due_time(
    make_scheduler: MakeScheduler,
    make_due: MakeDue,
    corrupt_store: Callable[[bytes], None],
    database: Database,
) -> None:
    """S8, S19: an update moved a module, and the code before kept no record of what is handled."""
    scheduler = make_scheduler(job())
    scheduler.engine.start(paused=True)
    scheduler.engine.do_pass()
    due_at = just_now().replace(minute=0, second=0)
    make_due(scheduler, "report", due_at)
    corrupt_store(b"cgone\nTrigger\n.")
    with database.transaction() as session:
        session.execute(delete(HandledJob))

    scheduler.reconcile()

    assert scheduler.next_run_times() == {"report": due_at}


def test_a_due_job_that_cannot_be_read_is_tried_again_with_a_pause(
    make_scheduler: MakeScheduler, make_due: MakeDue, corrupt_store: Callable[[bytes], None]
) -> None:
    """Until the next full comparison adds it anew."""
    scheduler = make_scheduler(job())
    scheduler.engine.start(paused=True)
    scheduler.engine.do_pass()
    make_due(scheduler, "report", just_now())
    corrupt_store(b"cgone\nTrigger\n.")

    assert [scheduler.engine.do_pass() for _ in range(3)] == [0, RETRY_SECONDS, RETRY_SECONDS]

    scheduler.reconcile()
    assert scheduler.next_run_times()["report"] > datetime.now(UTC)


def test_old_and_new_code_side_by_side_take_nothing_from_each_other(
    make_scheduler: MakeScheduler,
) -> None:
    """S5: a rolling deploy; the old process restarts in the middle of it."""
    old = make_scheduler(job("report", HOURLY), job("old"))
    old.start()
    new = make_scheduler(job("report", Crontab("0 12 * * *")), job("new"))
    new.start()
    restarted = make_scheduler(job("report", HOURLY), job("old"))
    restarted.start()
    assert restarted.engine.schedules() == {"report": HOURLY, "old": HOURLY, "new": HOURLY}

    old.stop()
    restarted.stop()
    actions = new.reconcile()

    assert actions == Actions(rescheduled=("report",), kept=("new",), removed=("old",))


def test_a_due_job_that_only_another_version_knows_is_left_to_it(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    new = make_scheduler(job("new"))
    new.engine.start(paused=True)
    new.engine.do_pass()
    old = make_scheduler(job("old"))
    old.start()
    due_at = just_now()

    make_due(new, "new", due_at)
    before = old.last_pass
    old.engine.wakeup()
    wait_until(lambda: old.last_pass > before)
    assert recorded() == []

    new.engine.resume()
    wait_until(recorded)
    assert [run.due_at for run in recorded()] == [due_at]


def test_a_new_schedule_takes_effect_at_once_and_while_its_code_lives(
    make_scheduler: MakeScheduler, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18: old code does not restore its own schedule; a rollback is a new start."""
    monkeypatch.setattr(
        "shop.background.scheduling.upkeep.RECONCILE_EVERY_SECONDS",
        0,
    )
    noon = Crontab("0 12 * * *")
    old = make_scheduler(job(schedule=HOURLY))
    old.start()
    new = make_scheduler(job(schedule=noon))
    new.start()
    assert new.engine.schedules() == {"report": noon}

    before = old.last_pass
    old.engine.wakeup()
    wait_until(lambda: old.last_pass > before)
    assert new.engine.schedules() == {"report": noon}

    rolled_back = make_scheduler(job(schedule=HOURLY))
    rolled_back.start()
    assert new.engine.schedules() == {"report": HOURLY}

    rolled_back.stop()
    new.engine.wakeup()
    wait_until(lambda: new.engine.schedules() == {"report": noon})


def test_newer_code_that_starts_during_a_pass_of_the_old_code_keeps_its_schedule(
    make_scheduler: MakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18: it starts after the old code has read the processes and before it writes."""
    noon = Crontab("0 12 * * *")
    old, new = make_scheduler(job(schedule=HOURLY)), make_scheduler(job(schedule=noon))
    old.engine.start(paused=True)
    old.engine.do_pass()

    def start_newer_code() -> None:
        new.engine.start(paused=True)
        new.engine.do_pass()

    def handled_and_newer_code(session: Session) -> dict[str, datetime]:
        if not new.running:
            with ThreadPoolExecutor() as other_process:
                other_process.submit(start_newer_code).result()
        return handled(session)

    monkeypatch.setattr(
        "shop.background.scheduling.upkeep.RECONCILE_EVERY_SECONDS",
        0,
    )
    monkeypatch.setattr(
        "shop.background.scheduling.upkeep.handled",
        handled_and_newer_code,
    )
    old.engine.do_pass()

    assert new.engine.schedules() == {"report": noon}


def test_what_was_due_by_the_old_schedule_is_handed_over_before_it_changes(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S18: the new schedule applies from the start of its code."""
    noon = Crontab("0 12 * * *")
    old = make_scheduler(job(schedule=HOURLY))
    old.engine.start(paused=True)
    old.engine.do_pass()
    due_at = just_now()
    make_due(old, "report", due_at)
    new = make_scheduler(job(schedule=noon))
    since = new.engine.recorded_until

    new.start()
    wait_until(lambda: new.engine.schedules() == {"report": noon})

    assert [run.due_at for run in recorded()] == [due_at]
    assert new.next_run_times() == {"report": noon.next_after(since)}


def test_each_due_time_of_the_new_schedule_has_a_row_while_old_code_still_runs(
    make_scheduler: MakeScheduler, make_due: MakeDue, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S18."""
    old = make_scheduler(job(schedule=Every(timedelta(seconds=3))))
    old.start()
    new = make_scheduler(job(schedule=Every(SECOND)))
    new.start()
    first = just_now() - 3 * SECOND

    make_due(new, "report", first)
    old.engine.wakeup()

    each = {first + number * SECOND for number in range(4)}
    wait_until(lambda: each <= {run.due_at for run in recorded()})


def test_a_pass_that_read_the_old_schedule_does_not_write_it_over_the_new_one(
    make_scheduler: MakeScheduler, make_due: MakeDue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18: another process changes it after the pass has read it, or waits for the pass."""
    scheduler, noon = make_scheduler(job()), Crontab("0 12 * * *")
    engine = scheduler.engine
    engine.start(paused=True)
    scheduler.reconcile()
    make_due(scheduler, "report", just_now())
    read, later = engine.due_jobs, datetime.now(UTC) + timedelta(days=7)

    def change() -> None:
        with engine.transaction():
            engine.upsert("report", noon, since=later)

    other = threading.Thread(target=change)

    def read_slowly(names: Collection[str], now: datetime) -> list[StoredJob]:
        jobs = read(names, now)
        if not other.ident:
            other.start()
            other.join(0.2)
        return jobs

    monkeypatch.setattr(engine, "due_jobs", read_slowly)
    engine.do_pass()
    other.join()

    assert engine.schedules() == {"report": noon}
    assert scheduler.next_run_times() == {"report": noon.next_after(later)}


def test_a_process_that_died_stops_counting_after_a_while(
    make_scheduler: MakeScheduler,
    database: Database,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S17: its beats decide that, not its wall clock."""
    monkeypatch.setattr(
        "shop.background.scheduling.processes.GONE_AFTER_SECONDS",
        2,
    )
    monkeypatch.setattr(
        "shop.background.scheduling.upkeep.BEAT_SECONDS",
        0,
    )
    old = make_scheduler(job("old"))
    old.start()
    old.stop()
    tomorrow, declared = just_now() + timedelta(days=1), json.dumps({"old": repr(HOURLY)})
    with database.transaction() as session:
        killed = SchedulerProcess(id="killed", started=1, seen_at=tomorrow, declared=declared)
        session.add(killed)

    new = make_scheduler(job("new"))
    new.start()
    assert sorted(new.next_run_times()) == ["new", "old"]

    def without_old() -> bool:
        new.engine.wakeup()
        return list(new.next_run_times()) == ["new"]

    wait_until(without_old)
    with database.snapshot() as session:
        assert session.get(SchedulerProcess, "killed") is None


def test_a_start_has_a_higher_number_than_all_before_it(
    make_scheduler: MakeScheduler, database: Database
) -> None:
    """S18: also if all others seem dead, because one may only be stalled."""

    def number() -> int:
        scheduler = make_scheduler(job())
        scheduler.start()
        with database.snapshot() as session:
            given = session.scalars(select(SchedulerProcess.started)).one()
        scheduler.stop()
        return given

    first, second, third = (number() for _ in range(3))

    assert first < second < third


def test_two_processes_that_add_the_same_jobs_at_once_end_with_one_of_each(
    make_scheduler: MakeScheduler,
) -> None:
    """S5: both found the store empty."""
    schedulers = [make_scheduler(job("a"), job("b")) for _ in range(2)]
    for scheduler in schedulers:
        scheduler.engine.start(paused=True)

    for scheduler in schedulers:
        scheduler.engine.upsert("a", HOURLY)

    assert list(schedulers[0].next_run_times()) == ["a"]


def test_a_process_that_starts_at_the_same_time_moves_no_job_past_its_due_time(
    make_scheduler: MakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S5: the read and the write are one transaction."""
    first, second = make_scheduler(job()), make_scheduler(job())
    for scheduler in (first, second):
        scheduler.engine.start(paused=True)
    due_at, read = just_now(), second.engine.schedules

    def add_and_fall_due() -> None:
        with first.engine.transaction():
            first.engine.upsert("report", HOURLY)
            first.engine.modify_job("report", next_run_time=due_at)

    def read_slowly() -> dict[str, Schedule]:
        seen = read()
        other.start()
        other.join(0.5)
        return seen

    other = threading.Thread(target=add_and_fall_due)
    monkeypatch.setattr(second.engine, "schedules", read_slowly)
    second.reconcile()
    other.join()

    assert first.next_run_times() == {"report": due_at}


def test_a_job_that_another_process_has_just_removed_is_no_error(
    make_scheduler: MakeScheduler, stored: Stored
) -> None:
    scheduler = make_scheduler(job())
    scheduler.engine.start(paused=True)
    scheduler.engine.do_pass()
    (row,) = scheduler.engine.store.get_all_jobs()
    scheduler.engine.store.remove_job("report")

    scheduler.engine.store.update_job(row)
    scheduler.engine.store.remove_job("report")

    assert stored() == {}


def test_the_store_creates_no_table(settings: Settings, empty_database_url: str) -> None:
    """S16: its tables come from a migration."""
    database = Database(empty_database_url)
    store = make_store(settings, database)
    store.start(None, "default")
    store.shutdown()

    assert inspect(database.engine).get_table_names() == []
    database.close()


@pytest.fixture
def set_back(database: Database) -> Callable[[datetime], None]:
    """Set back until when all due times are recorded, as if nothing had run since then."""

    def set_back(moment: datetime) -> None:
        with database.transaction() as session:
            report = update(HandledJob).where(HandledJob.name == "report")
            session.execute(report.values(until=moment))

    return set_back


@pytest.mark.parametrize("what", ["all", "times", "jobs"])
def test_what_a_store_lost_is_added_anew_and_its_due_times_are_made_up_for(  # noqa: PLR0913, PLR0917
    make_scheduler: MakeScheduler,
    recorded: Recorded,
    wait_until: WaitUntil,
    stored: Stored,
    lose_data: Callable[[str], None],
    set_back: Callable[[datetime], None],
    caplog: pytest.LogCaptureFixture,
    what: str,
) -> None:
    """S19: such as a Redis that was restarted without its data, or ran out of memory."""
    scheduler = make_scheduler(job(schedule=Every(SECOND)), job("bill"))
    scheduler.engine.start(paused=True)
    scheduler.engine.do_pass()  # here, so that none is under way while the data is lost
    last = just_now() - 3 * SECOND
    set_back(last)
    lose_data(what)

    scheduler.engine.resume()

    wait_until(lambda: len(recorded()) >= 3)
    moments = [run.due_at for run in recorded()]
    assert moments == [last + number * SECOND for number in range(1, len(moments) + 1)]
    assert sorted(stored()) == ["bill", "report"]
    assert scheduler.next_run_times()["bill"] == HOURLY.next_after(datetime.now(UTC))
    assert "the jobstore has lost bill, report: added again with all due times" in caplog.messages


def test_what_a_store_lost_while_nothing_ran_is_made_up_for(
    make_scheduler: MakeScheduler,
    recorded: Recorded,
    wait_until: WaitUntil,
    lose_data: Callable[[str], None],
    set_back: Callable[[datetime], None],
) -> None:
    """S19: from the moment in the table of handled jobs on."""
    first = make_scheduler(job(schedule=Every(SECOND)))
    first.engine.start(paused=True)
    first.engine.do_pass()
    first.stop()
    last = just_now() - 2 * SECOND
    set_back(last)
    lose_data("all")

    make_scheduler(job(schedule=Every(SECOND))).start()

    wait_until(lambda: len(recorded()) >= 2)
    assert last + SECOND in {run.due_at for run in recorded()}


def test_what_was_due_once_is_not_taken_for_lost(
    make_scheduler: MakeScheduler, recorded: Recorded, wait_until: WaitUntil
) -> None:
    """S19: it has no more due times, so it is not in the store."""
    scheduler = make_scheduler(job(schedule=Once(just_now() + SECOND)))
    scheduler.start()
    wait_until(recorded)
    wait_until(lambda: scheduler.next_run_times() == {})

    before = scheduler.last_pass
    scheduler.engine.wakeup()
    wait_until(lambda: scheduler.last_pass > before)

    assert scheduler.reconcile() == Actions()


def test_a_job_that_comes_back_into_the_code_begins_anew(
    make_scheduler: MakeScheduler, database: Database
) -> None:
    """S19: it was not lost, so no due time is recorded later."""
    first = make_scheduler(job("report"), job("old"))
    first.start()
    first.stop()
    with database.transaction() as session:
        session.execute(update(HandledJob).values(until=just_now() - timedelta(days=9)))

    second = make_scheduler(job("report"))
    second.engine.start(paused=True)
    second.reconcile()

    with database.snapshot() as session:
        assert set(session.scalars(select(HandledJob.name))) == {"report"}


def test_the_private_name_that_is_used_is_there() -> None:
    """S8: a newer APScheduler may not have it."""
    here = hasattr(JobStore, shared.PRIVATE_METHOD)

    version = importlib.metadata.version("apscheduler")
    text = f"APScheduler {version} has no {shared.PRIVATE_METHOD}: see scheduling/shared.py"
    assert here, text
