"""The runner and the scheduler of a process together."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel

from shop.background import Enqueue, RunContext, Task, cancel
from shop.background.models import Run, State
from shop.background.scheduling import Every, Job
from shop.background.services import Services
from shop.database import Database
from shop.process.starting import StartError
from shop.settings import Settings

HOUR = timedelta(hours=1)


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


def test_scheduler_and_runner_tell_how_runs_end(
    settings: Settings, database: Database, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    """S13: a due time that was missed, and the run of the one that was not."""
    seen: set[tuple[str, str, State]] = set()

    def observe(kind: str, name: str, state: State, seconds: float | None) -> None:
        assert (seconds is None) == (state is State.MISSED)
        seen.add((kind, name, state))

    job = Job(name="report", schedule=Every(HOUR), function=do_nothing)
    services = Services.build(settings, database, {"report": job}, observe)
    services.start()

    due_at = datetime.now(UTC) - 3 * HOUR
    services.scheduler.engine.modify_job("report", next_run_time=due_at)
    ends = {("job", "report", State.MISSED), ("job", "report", State.SUCCEEDED)}
    wait_until(lambda: ends <= seen)

    services.stop()


def test_a_database_that_is_lost_before_the_start_is_a_start_error(
    settings: Settings, no_database_url: str
) -> None:
    database = Database(no_database_url)
    services = Services.build(settings, database, {}, lambda *_end: None)

    with pytest.raises(StartError, match="the database cannot be used: "):
        services.start()

    services.stop()
    database.close()


class Nothing(BaseModel):
    pass


def wait_to_be_cancelled(_payload: Nothing, context: RunContext) -> None:
    while not context.cancelled:
        threading.Event().wait(0.01)


def test_what_another_process_cancels_during_a_shutdown_is_noticed_without_a_poll(
    settings: Settings,
    database: Database,
    queue: Callable[..., UUID],
    wait_for: Callable[[UUID, State], Run],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    """T6: the watcher stops after the runner."""
    task = Task(name="obey", payload=Nothing, function=wait_to_be_cancelled)
    slow = {"poll_seconds": 60, "lease_seconds": 600, "shutdown_grace_seconds": 60}
    settings = settings.model_copy(update=slow | {"scheduler": False})
    services = Services.build(settings, database, {"obey": task}, lambda *_end: None)
    services.start()
    run_id = queue(task)
    services.runner.wake()
    wait_for(run_id, State.RUNNING)
    stopping = threading.Thread(target=services.stop)
    stopping.start()
    wait_until(lambda: services.runner.draining)

    other = Database(settings.database_url)
    with other.transaction() as session:
        cancel(session, run_id, datetime.now(UTC))
    stopping.join(30)

    assert not stopping.is_alive()
    wait_for(run_id, State.CANCELLED)
    other.close()


def test_a_run_that_code_cancels_before_it_starts_is_counted_once(
    settings: Settings, database: Database
) -> None:
    """T9: after the commit, so not when it is undone."""
    counted: list[tuple[object, ...]] = []
    task = Task(name="obey", payload=Nothing, function=wait_to_be_cancelled)
    Services.build(settings, database, {"obey": task}, lambda *what: counted.append(what))
    with database.transaction() as session:
        run_id = Enqueue.within(session)(task, Nothing()).run_id

    def stop(*, undo: bool) -> None:
        with database.transaction() as session:
            cancel(session, run_id, datetime.now(UTC))
            if undo:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stop(undo=True)
    assert counted == []
    stop(undo=False)
    stop(undo=False)
    assert counted == [("task", "obey", State.CANCELLED, None)]
