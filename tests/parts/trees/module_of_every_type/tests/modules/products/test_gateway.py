"""What the other service is told and what its answers mean, at the HTTP boundary."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from anyio import sleep, to_thread
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from shop.modules.products.gateway import (
    LONGEST_ANSWER,
    MOST_AT_ONCE,
    PREFIX,
    RETRY_AFTER_SECONDS,
    Gateway,
    GatewaySettings,
    connect,
)
from shop.modules.products.router import router
from shop.modules.products.schemas import ProductView
from shop.web.errors import UnavailableError

PATH = router.prefix
HERE = ("127.0.0.1", 50000)

Examples = list[dict[str, object]]
Answers = list[httpx2.Response | Exception]
Asked = list[httpx2.Request]
Keep = Callable[[dict[str, object]], ProductView]


@pytest.fixture
def answers() -> Answers:
    """Hold what the other service will answer, in order; an exception is a broken connection."""
    return []


@pytest.fixture
def asked() -> Asked:
    """Hold what the other service was asked."""
    return []


@pytest.fixture
def make_gateway() -> Iterator[Callable[..., Gateway]]:
    """Make gateways on an event loop that runs in a thread of its own."""
    clients = []
    with start_blocking_portal() as portal:
        loop = portal.call(asyncio.get_running_loop)

        def make(
            handler: Callable[[httpx2.Request], httpx2.Response], seconds: float = 7, **more: object
        ) -> Gateway:
            values = {"url": "https://other.example.com/v1", "key": "other-key", **more}
            settings = GatewaySettings.model_validate({**values, "timeout_seconds": seconds})
            clients.append(connect(settings, httpx2.MockTransport(handler)))
            return Gateway(clients[-1], loop, seconds)

        yield make
        for client in clients:
            portal.call(client.aclose)


@pytest.fixture
def gateway(make_gateway: Callable[..., Gateway], answers: Answers, asked: Asked) -> Gateway:
    """Make a gateway that gives `answers` and notes what it was `asked`."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return make_gateway(handle)


@pytest.fixture
def served(app: FastAPI, gateway: Gateway) -> Iterator[TestClient]:
    """Start the application with that gateway."""
    with TestClient(app, client=HERE) as client:
        app.state.products_gateway = gateway
        yield client


@pytest.fixture
def view(examples: Examples) -> ProductView:
    """Give one to publish."""
    usual = {"id": "00000000-0000-0000-0000-000000000007", "created_at": "2026-03-01T00:00:00Z"}
    usual["updated_at"] = usual["created_at"]
    return ProductView.model_validate({**usual, **examples[0]})


def test_what_is_published_is_sent_with_the_key(
    gateway: Gateway, view: ProductView, answers: Answers, asked: Asked
) -> None:
    answers.append(httpx2.Response(204))

    gateway.publish(view)

    [request] = asked
    assert request.method == "PUT"
    assert str(request.url) == f"https://other.example.com/v1/{view.id}"
    assert request.headers["Authorization"] == "Bearer other-key"
    assert json.loads(request.content) == view.model_dump(mode="json")
    assert request.extensions["timeout"]["read"] == 7


@pytest.mark.parametrize(
    ("answer", "problem", "logged"),
    [
        (httpx2.ConnectError("refused"), "cannot be reached", "no answer from {}: ConnectError"),
        (httpx2.ReadTimeout("too slow"), "cannot be reached", "no answer from {}: ReadTimeout"),
        (httpx2.Response(302), "failed", "{} answered 302"),
        (httpx2.Response(404), "failed", "{} answered 404"),
        (httpx2.Response(500), "failed", "{} answered 500"),
    ],
    ids=repr,
)
def test_trouble_is_503_with_retry_after(  # noqa: PLR0913, PLR0917
    gateway: Gateway,
    view: ProductView,
    answers: Answers,
    caplog: pytest.LogCaptureFixture,
    answer: httpx2.Response | Exception,
    problem: str,
    logged: str,
) -> None:
    answers.append(answer)

    with pytest.raises(UnavailableError, match=f"^the other service {problem}$") as raised:
        gateway.publish(view)

    assert raised.value.retry_after == RETRY_AFTER_SECONDS
    assert logged.format("the other service") in caplog.messages


def test_the_key_is_never_logged(
    gateway: Gateway,
    view: ProductView,
    answers: Answers,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    answers.append(httpx2.LocalProtocolError("Illegal header value b'Bearer other-key'"))

    with pytest.raises(UnavailableError) as raised:
        gateway.publish(view)

    assert "LocalProtocolError" in caplog.text
    assert "other-key" not in caplog.text + str(raised.value)


def test_a_password_in_the_address_is_sent_and_never_logged(
    make_gateway: Callable[..., Gateway],
    view: ProductView,
    asked: Asked,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    def take(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(204)

    make_gateway(take, url="https://user:hunter2@other.example.com/v1").publish(view)

    [request] = asked
    assert str(request.url) == f"https://other.example.com/v1/{view.id}"
    assert request.headers["Authorization"] == "Basic dXNlcjpodW50ZXIy"
    assert "hunter2" not in caplog.text


def test_an_answer_that_takes_too_long_is_given_up(
    make_gateway: Callable[..., Gateway], view: ProductView
) -> None:
    async def take_long(_request: httpx2.Request) -> httpx2.Response:
        await sleep(60)
        return httpx2.Response(204)

    with pytest.raises(UnavailableError, match=r"^the other service cannot be reached$"):
        make_gateway(take_long, seconds=0.1).publish(view)


def test_an_answer_is_read_up_to_a_limit(
    gateway: Gateway, view: ProductView, answers: Answers
) -> None:
    sizes = []
    for size in (LONGEST_ANSWER + 1, 3, 0):
        answers.append(httpx2.Response(200, content=b"x" * size))
        call = asyncio.run_coroutine_threadsafe(gateway._put(view), gateway.loop)
        sizes.append(len(call.result(gateway.seconds).content))

    assert sizes == [LONGEST_ANSWER, 3, 0]


def test_without_an_address_publishing_is_off(
    make_gateway: Callable[..., Gateway], view: ProductView
) -> None:
    gateway = make_gateway(lambda _request: httpx2.Response(204), url=None, key=None)

    with pytest.raises(UnavailableError, match=f"{PREFIX}URL is not set"):
        gateway.publish(view)

    assert "Authorization" not in gateway.client.headers


def test_what_is_set_to_nothing_has_its_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # there is no .env
    for name in GatewaySettings.model_fields:
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", "")

    settings = GatewaySettings()

    usual = GatewaySettings.model_fields["timeout_seconds"].default
    assert (settings.url, settings.key, settings.timeout_seconds) == (None, None, usual)


def test_a_wrong_setting_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"{PREFIX}URL", "nowhere")

    with pytest.raises(ValidationError, match=f"(?m)^{PREFIX}URL$") as caught:
        GatewaySettings()

    assert "nowhere" not in str(caught.value)


def test_a_row_is_published_on_request(
    served: TestClient, keep: Keep, examples: Examples, answers: Answers, asked: Asked
) -> None:
    view = keep(examples[0])
    answers.append(httpx2.Response(204))

    assert served.post(f"{PATH}/{view.id}/publish").status_code == 204

    assert json.loads(asked[0].content) == view.model_dump(mode="json")


def test_what_cannot_be_published_now_is_503(
    served: TestClient, keep: Keep, examples: Examples, answers: Answers
) -> None:
    answers.append(httpx2.Response(500))

    response = served.post(f"{PATH}/{keep(examples[0]).id}/publish")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == str(RETRY_AFTER_SECONDS)


def test_while_the_other_service_takes_long_only_some_requests_wait_for_it(
    app: FastAPI,
    make_gateway: Callable[..., Gateway],
    keep: Keep,
    examples: Examples,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    asked: Asked = []
    done = threading.Event()

    async def take_long(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        await to_thread.run_sync(done.wait, 30)
        return httpx2.Response(204)

    callers_at_once = MOST_AT_ONCE + 5
    with TestClient(app, client=HERE) as client, ThreadPoolExecutor(callers_at_once) as callers:
        slow = make_gateway(take_long, seconds=30)
        app.state.products_gateway = slow
        path = f"{PATH}/{keep(examples[0]).id}"
        pending = [callers.submit(client.post, f"{path}/publish") for _ in range(callers_at_once)]
        wait_until(lambda: len(asked) == MOST_AT_ONCE)
        assert client.get(path).status_code == 200
        at_once = len(asked)
        done.set()
        statuses = {answer.result().status_code for answer in pending}

    assert (at_once, len(asked), statuses) == (MOST_AT_ONCE, callers_at_once, {204})


def test_the_application_opens_one_client_and_closes_it(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}URL", "https://other.example.com/v1")
    monkeypatch.setenv(f"{PREFIX}TIMEOUT_SECONDS", "3")

    with TestClient(app, client=HERE) as client:
        opened: Gateway = app.state.products_gateway
        missing = client.post(f"{PATH}/00000000-0000-0000-0000-000000000007/publish")

    assert missing.status_code == 404
    assert opened.client.base_url.host == "other.example.com"
    assert (opened.seconds, opened.client.timeout) == (3, httpx2.Timeout(3))
    assert opened.client.is_closed
