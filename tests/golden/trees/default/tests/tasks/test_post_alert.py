"""Alerts, with the webhook replaced at the HTTP boundary."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from pydantic import ValidationError

from shop.background import RetryLater, RunContext
from shop.database import Database
from shop.settings import Settings
from shop.tasks.post_alert import (
    TASK,
    Alert,
    AlertRefusedError,
    post_alert,
)

URL = "https://chat.example.com/hooks/a-secret"
ALERT = Alert(text="task sync has failed for good", run_id=UUID(int=7))

Answer = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def post(settings: Settings, database: Database) -> Callable[[Answer], None]:
    """Post the alert to a webhook that answers so."""
    configured = Settings.model_validate(settings.model_dump() | {"alert_webhook_url": URL})
    context = RunContext(uuid4(), "post_alert", 1, datetime.now(UTC), configured, database)

    def post(answer: Answer) -> None:
        asyncio.run(post_alert(ALERT, context, httpx2.MockTransport(answer)))

    return post


def test_an_alert_is_posted_as_json(post: Callable[[Answer], None]) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(204)

    post(answer)

    [request] = asked
    assert (request.method, str(request.url)) == ("POST", URL)
    assert json.loads(request.content) == {"text": ALERT.text, "run_id": str(ALERT.run_id)}


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_tried_again_when_the_webhook_says_so(
    post: Callable[[Answer], None], status: int
) -> None:
    """T4."""
    with pytest.raises(RetryLater, match=f"^the webhook answered {status}$") as raised:
        post(lambda _request: httpx2.Response(status, headers={"Retry-After": "90"}))

    assert TASK.may_retry(5, raised.value)
    assert not TASK.may_retry(6, raised.value)
    assert TASK.delay(1, raised.value) == timedelta(seconds=90)


def test_a_connection_that_breaks_is_tried_again_and_the_error_has_no_url(
    post: Callable[[Answer], None],
) -> None:
    def break_off(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError(f"no route to {request.url}", request=request)

    with pytest.raises(RetryLater, match=r"^no answer: ConnectError$") as raised:
        post(break_off)

    assert timedelta(seconds=2.5) <= TASK.delay(1, raised.value) <= timedelta(seconds=5)


@pytest.mark.parametrize("status", [302, 400, 404])
def test_what_the_webhook_refuses_is_not_posted_again(
    post: Callable[[Answer], None], status: int
) -> None:
    with pytest.raises(AlertRefusedError, match=f"^the webhook answered {status}$") as raised:
        post(lambda _request: httpx2.Response(status))

    assert not TASK.may_retry(1, raised.value)


def test_without_a_webhook_an_alert_is_refused(settings: Settings, database: Database) -> None:
    context = RunContext(uuid4(), "post_alert", 1, datetime.now(UTC), settings, database)

    with pytest.raises(AlertRefusedError, match=r"^ALERT_WEBHOOK_URL is not set$"):
        asyncio.run(post_alert(ALERT, context))


def test_how_an_alert_is_treated() -> None:
    assert TASK.timeout == timedelta(seconds=30)
    assert TASK.may_repeat(1)  # better twice than never
    with pytest.raises(ValidationError) as raised:
        Alert.model_validate({})
    assert not TASK.may_retry(1, raised.value)
