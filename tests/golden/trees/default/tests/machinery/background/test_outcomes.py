from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from shop.background import RetryLater, RunContext, Task
from shop.background.execution import no_observer
from shop.background.models import State
from shop.background.outcomes import (
    Outcome,
    RunTimeoutError,
    classify,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def test_an_attempt_is_judged_by_what_it_raised() -> None:
    """T4: a retry while there are some left, else failed or timed out."""
    error, late = OSError(), RunTimeoutError()
    once = Task(name="work", payload=Nothing, function=ignore)
    often = Task(
        name="work",
        payload=Nothing,
        function=ignore,
        retries=1,
        idempotent=True,
        retry_delay=timedelta(0),
    )

    assert classify(once, 1, None, NOW) == Outcome(State.SUCCEEDED)
    assert classify(once, 1, error, NOW) == Outcome(State.FAILED, error)
    assert classify(once, 1, late, NOW) == Outcome(State.TIMED_OUT, late)
    assert classify(often, 1, error, NOW) == Outcome(State.QUEUED, error, NOW)
    assert classify(often, 2, error, NOW) == Outcome(State.FAILED, error)
    again = Outcome(State.QUEUED, late, NOW, attempt_state=State.TIMED_OUT)
    assert classify(often, 2, late, NOW) == again
    assert classify(often, 3, late, NOW) == Outcome(State.TIMED_OUT, late)


def test_the_next_attempt_waits_for_the_backoff() -> None:
    """T4: or for as long as the error asks."""
    first = timedelta(seconds=8)
    task = Task(name="work", payload=Nothing, function=ignore, retries=1, retry_delay=first)

    retry_at = classify(task, 1, OSError(), NOW).retry_at

    assert retry_at is not None
    assert first / 2 <= retry_at - NOW <= first
    assert classify(task, 1, RetryLater(first * 9), NOW).retry_at == NOW + first * 9


def test_nobody_observes_nothing() -> None:
    """S13."""
    no_observer("task", "work", State.FAILED, None)
