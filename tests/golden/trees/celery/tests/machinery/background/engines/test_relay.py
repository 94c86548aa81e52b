"""The relay sends as many turns as there are runs that can start and have none."""

import logging
from collections.abc import Callable, Generator
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr
from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy.exc import OperationalError

from shop.background import Enqueue, RunContext, Task
from shop.background.engines import relay as relay_module
from shop.background.engines.relay import Relay
from shop.background.scheduling import Every, Job
from shop.database import Database
from shop.settings import Settings

Queue = Callable[..., UUID]
Start = Callable[..., Relay]
WaitUntil = Callable[[Callable[[], object]], None]
SELDOM = 3600


class Nothing(BaseModel):
    pass


def ignore(_payload: Nothing, _context: RunContext) -> None:
    pass


def do_nothing(_context: RunContext) -> None:
    """Be the function of a job."""


class Broker:
    """Keeps messages as a broker does, until somebody takes them."""

    def __init__(self) -> None:
        self.messages = self.sent = self.looks = 0
        self.down = self.closed = False

    def ready(self) -> int:
        if self.down:
            raise ConnectionError
        self.looks += 1
        return self.messages

    def send(self, count: int) -> None:
        self.messages += count
        self.sent += count

    def close(self) -> None:
        self.closed = True

    def has_sent(self, count: int) -> bool:
        return self.sent == count


@pytest.fixture
def broker() -> Broker:
    return Broker()


PLAIN = Task(name="plain", payload=Nothing, function=ignore)
LIMITED = Task(name="limited", payload=Nothing, function=ignore, max_concurrency=2)
RATED = Task(name="rated", payload=Nothing, function=ignore, rate_limit="1/hour")
KEYED = Task(name="keyed", payload=Nothing, function=ignore, concurrency_key=lambda _: "same")
JOB = Job(name="report", schedule=Every(timedelta(hours=1)), function=do_nothing)


def test_each_run_that_can_start_now_gets_one_message(
    database: Database, broker: Broker, start_relay: Start, looks_again: Callable[[Relay], None]
) -> None:
    """T2, T4: limits, rate limits and keys are counted, and nothing is sent before its time."""
    with database.transaction() as session:
        enqueue = Enqueue.within(session)
        for task in (PLAIN, LIMITED, RATED, KEYED):
            enqueue.many(task, [Nothing()] * 3)
        enqueue(PLAIN, Nothing(), delay=timedelta(microseconds=1))
        enqueue(PLAIN, Nothing(), delay=timedelta(hours=1))

    relay = start_relay(PLAIN, LIMITED, RATED, KEYED, engine=broker)
    looks_again(relay)

    assert broker.sent == 3 + 2 + 1 + 1 + 1


def test_a_backlog_that_has_its_messages_gets_no_more(
    broker: Broker, queue: Queue, start_relay: Start, looks_again: Callable[[Relay], None]
) -> None:
    for _ in range(3):
        queue(PLAIN)
    relay = start_relay(PLAIN, engine=broker)

    for _ in range(3):
        looks_again(relay)

    assert broker.sent == 3


def test_what_a_broker_has_lost_is_sent_again(
    broker: Broker,
    queue: Queue,
    start_relay: Start,
    looks_again: Callable[[Relay], None],
    wait_until: WaitUntil,
) -> None:
    for _ in range(3):
        queue(PLAIN)
    looks_again(start_relay(PLAIN, engine=broker))

    broker.messages = 1

    wait_until(lambda: broker.messages == 3)
    assert broker.sent == 5


def test_a_long_backlog_fills_the_broker_no_further_than_workers_need(
    broker: Broker,
    queue: Queue,
    start_relay: Start,
    looks_again: Callable[[Relay], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "MOST_READY", 2)
    for _ in range(5):
        queue(PLAIN)

    looks_again(start_relay(PLAIN, engine=broker))

    assert broker.sent == 2


def test_one_relay_sends_at_once_and_another_does_when_it_has_ended(
    queue: Queue, start_relay: Start, wait_until: WaitUntil
) -> None:
    """S2: without a poll. If each sent at once, a run would have a message of each."""
    leader, other, next_one = Broker(), Broker(), Broker()
    first = start_relay(PLAIN, engine=leader, poll_seconds=SELDOM)
    wait_until(lambda: leader.looks)
    start_relay(PLAIN, engine=other, poll_seconds=SELDOM)
    wait_until(lambda: other.looks)

    for number in (1, 2, 3):
        queue(PLAIN)
        wait_until(partial(leader.has_sent, number))
    assert other.sent == 0

    first.stop()
    wait_until(lambda: leader.closed)
    start_relay(PLAIN, engine=next_one, poll_seconds=SELDOM)
    wait_until(partial(next_one.has_sent, 3))
    queue(PLAIN)
    wait_until(partial(next_one.has_sent, 4))


def test_while_the_broker_is_down_that_is_shown_and_then_the_backlog_is_sent(
    broker: Broker,
    queue: Queue,
    start_relay: Start,
    wait_until: WaitUntil,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T12: it is logged once a minute."""
    broker.down = True
    relay = start_relay(PLAIN, engine=broker)
    queue(PLAIN)
    wait_until(lambda: relay.problem == "the broker cannot be reached")

    broker.down = False

    wait_until(lambda: broker.sent == 1)
    wait_until(lambda: relay.problem == "")
    [said] = [line for line in caplog.messages if line.startswith("the broker")]
    assert said == "the broker cannot be reached; runs wait"


def test_a_request_is_accepted_while_the_broker_is_down_and_health_says_so(
    app: FastAPI, settings: Settings, wait_until: WaitUntil
) -> None:
    """T2, T6: what was accepted is in the ledger."""
    settings.runner, settings.scheduler = False, False
    settings.broker_url = "redis://127.0.0.1:1/"
    settings.ops_api_key = SecretStr("secret")
    app.state.registry = {JOB.name: JOB}

    with TestClient(app, headers={"X-Ops-Key": "secret"}) as client:
        assert client.post("/jobs/report/run").status_code == 202

        def health() -> tuple[int, Any]:
            answer = client.get("/health/background")
            return answer.status_code, answer.json()["detail"]

        wait_until(lambda: health() == (503, "the broker cannot be reached"))
        assert client.get("/health/ready").status_code == 200


def test_while_the_ledger_cannot_be_read_that_is_said_once_and_tried_again(
    broker: Broker,
    start_relay: Start,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S15."""
    monkeypatch.setattr(relay_module, "RETRY_SECONDS", 0)
    failures = 3

    def watch(_engine: DatabaseEngine, stopped: Event) -> Generator[bool, None, None]:
        nonlocal failures
        failures -= 1
        if failures > 0:
            raise OperationalError(None, None, Exception("gone"))
        while not stopped.wait(0.01):
            yield True

    monkeypatch.setattr(relay_module, "watch", watch)
    with caplog.at_level(logging.ERROR):
        start_relay(PLAIN, engine=broker)
        wait_until(lambda: broker.looks)

    said = [line for line in caplog.messages if "ledger" in line]
    assert said == ["the ledger cannot be read; no worker is told of new runs: gone"]


def test_a_relay_that_is_stopped_closes_its_connection(
    broker: Broker, start_relay: Start, wait_until: WaitUntil
) -> None:
    """T11."""
    relay = start_relay(PLAIN, engine=broker)

    relay.stop()

    wait_until(lambda: not relay.running)
    assert broker.closed
