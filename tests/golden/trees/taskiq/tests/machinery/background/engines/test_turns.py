"""A worker runs no more at once than it has messages in hand (T2)."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Event
from uuid import UUID

import pytest
from pydantic import BaseModel

from shop.background import Task
from shop.background.engines import turns as turns_module
from shop.background.engines.turns import Turns
from shop.background.execution import no_observer
from shop.background.models import Run, State
from shop.background.runner import Runner
from shop.background.services import Services
from shop.database import Database
from shop.settings import Settings

Queue = Callable[..., UUID]
WaitFor = Callable[[UUID, State], Run]


class Nothing(BaseModel):
    pass


@pytest.fixture
def turns() -> Iterator[Turns]:
    turns = Turns(2)
    turns.start_missing()
    yield turns
    turns.close()


@pytest.fixture
def task(gate: Event) -> Task[Nothing]:
    return Task(name="work", payload=Nothing, function=lambda _payload, _context: gate.wait(60))


@pytest.fixture
def runner(
    settings: Settings, database: Database, turns: Turns, task: Task[Nothing], gate: Event
) -> Iterator[Runner]:
    """Start the runner of a worker."""
    runner = Runner(settings, database, {"work": task}, no_observer, threads=turns)
    turns.wake = runner.wake
    runner.start()
    yield runner
    gate.set()
    runner.stop()


def test_without_a_message_nothing_runs(
    runner: Runner,
    task: Task[Nothing],
    queue: Queue,
    find: Callable[[UUID], Run],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    run_id, before = queue(task), runner.last_pass
    runner.wake()

    wait_until(lambda: runner.last_pass > before)

    assert find(run_id).state is State.QUEUED


@pytest.mark.usefixtures("runner")
def test_a_message_is_used_for_one_run_after_another_and_then_given_back(
    turns: Turns, task: Task[Nothing], queue: Queue, wait_for: WaitFor, gate: Event
) -> None:
    first, second = queue(task), queue(task)

    turn = turns.take()
    wait_for(first, State.RUNNING)
    assert not turn.done()
    gate.set()

    wait_for(second, State.SUCCEEDED)
    assert turn.result(30) is None


@pytest.mark.usefixtures("runner")
def test_a_message_for_which_there_is_no_work_is_given_back(turns: Turns) -> None:
    assert turns.take().result(30) is None


def count_done(turns: list[Future[None]]) -> int:
    return sum(turn.done() for turn in turns)


def test_no_more_run_at_once_than_there_are_threads_or_messages(turns: Turns) -> None:
    for most in (0, 1, 2, 2):
        assert len(turns) == most
        turns.take()
        turns.start_missing()


def test_a_message_that_came_during_a_pass_stays_for_the_next(turns: Turns) -> None:
    """Its run may have been queued after the look."""
    known = turns.take()
    turns.start_missing()
    new = turns.take()

    turns.turned(0)

    assert known.done()
    assert not new.done()


def test_those_of_running_runs_stay(turns: Turns) -> None:
    taken = [turns.take(), turns.take()]
    turns.start_missing()

    turns.turned(1)

    assert count_done(taken) == 1


def test_one_that_is_old_is_given_back_even_during_its_run(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker would think that its worker is gone."""
    old = turns.take()
    turns.start_missing()
    monkeypatch.setattr(turns_module, "LONGEST_SECONDS", 0)

    turns.turned(1)

    assert old.done()


def test_at_a_shutdown_all_are_given_back_and_so_is_what_comes_later(turns: Turns) -> None:
    """T6: other workers run what waits."""
    before = turns.take()

    turns.close()

    assert before.done()
    assert turns.take().done()


def test_the_runner_is_woken_by_a_message(turns: Turns) -> None:
    woken = Event()
    turns.wake = woken.set

    turns.take()

    assert woken.is_set()


def test_the_services_of_a_worker_use_its_messages(
    settings: Settings, database: Database, turns: Turns, task: Task[Nothing]
) -> None:
    registry = {"work": task}

    services = Services.build(settings, database, registry, no_observer, turns=turns)

    assert turns.wake == services.runner.wake
    assert services.runner.intake._threads is turns
