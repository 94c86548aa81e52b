"""Requests are counted and timed, by the path template of their route."""

import time
from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from starlette.routing import Host, Router
from starlette.websockets import WebSocket

from shop.monitoring.requests import RequestMetricsMiddleware
from shop.web import protocol

MOST = 10
SLOW_SECONDS = 0.3


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def app(registry: CollectorRegistry) -> FastAPI:
    """Make an application with each way to add a route, and the rules of HTTP."""
    things, mounted, app = APIRouter(prefix="/things"), FastAPI(), FastAPI(redirect_slashes=False)

    @things.get("/{thing}/again")
    @things.get("/{thing}")
    def read(thing: str) -> str:
        return thing

    @things.post("/{thing}")
    async def write(request: Request) -> int:
        return len(await request.body())

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    protocol.install(app, MOST)
    mounted.include_router(things)
    mounted.add_api_route("/parts/{part}", lambda part: part)
    for prefix in ("/old", "/new"):
        app.include_router(things, prefix=prefix)
    app.mount("/mounted", mounted)
    app.router.routes.append(Host("elsewhere", Router()))
    app.add_middleware(RequestMetricsMiddleware, routes=app.routes, registry=registry)
    return app


def counted(registry: CollectorRegistry) -> dict[tuple[str, str, str], float]:
    """Give the counts by method, status and path template."""
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    return {
        (s.labels["method"], s.labels["status"], s.labels["handler"]): s.value
        for s in samples
        if s.name == "http_requests_total"
    }


@pytest.mark.parametrize("root_path", ["", "/api"])
@pytest.mark.parametrize(
    ("method", "path", "status", "template"),
    [
        ("GET", "/old/things/7", "2xx", "/old/things/{thing}"),
        ("GET", "/new/things/7", "2xx", "/new/things/{thing}"),
        ("GET", "/new/things/7/again", "2xx", "/new/things/{thing}/again"),
        ("HEAD", "/new/things/7", "2xx", "/new/things/{thing}"),
        ("PUT", "/new/things/7", "4xx", "/new/things/{thing}"),
        ("GET", "/new/things/", "4xx", "none"),
        ("GET", "/nowhere/7", "4xx", "none"),
        ("GET", "/docs", "2xx", "/docs"),
        ("GET", "/mounted/things/7", "2xx", "/mounted/things/{thing}"),
        ("GET", "/mounted/parts/7", "2xx", "/mounted/parts/{part}"),
        ("GET", "/mounted/docs", "2xx", "/mounted/docs"),
        ("GET", "/mounted/nowhere/7", "4xx", "/mounted"),
    ],
)
def test_each_request_is_counted_by_the_whole_template(  # noqa: PLR0913, PLR0917
    app: FastAPI,
    registry: CollectorRegistry,
    method: str,
    path: str,
    status: str,
    template: str,
    root_path: str,
) -> None:
    client = TestClient(app, root_path=root_path)

    for _ in range(2):
        client.request(method, root_path + path)

    assert counted(registry) == {(method, status, template): 2}


def test_a_body_that_is_refused_counts_for_its_route(
    app: FastAPI, registry: CollectorRegistry
) -> None:
    TestClient(app).post("/new/things/7", content=b"x" * (MOST + 1))

    assert counted(registry) == {("POST", "4xx", "/new/things/{thing}"): 1}


def test_a_route_that_is_added_later_is_known(app: FastAPI, registry: CollectorRegistry) -> None:
    client = TestClient(app)
    client.get("/new/things/7")
    app.add_api_route("/later", lambda: 1)
    client.get("/later")

    assert counted(registry)["GET", "2xx", "/later"] == 1


def test_what_another_host_serves_is_one_label(app: FastAPI, registry: CollectorRegistry) -> None:
    client = TestClient(app, base_url="http://elsewhere")
    for number in range(3):
        client.get(f"/{number}")

    assert counted(registry) == {("GET", "4xx", "none"): 3}


def test_an_exception_counts_as_500(app: FastAPI, registry: CollectorRegistry) -> None:
    @app.get("/failing")
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TestClient(app).get("/failing")

    assert counted(registry) == {("GET", "5xx", "/failing"): 1}


def test_a_websocket_is_no_request(app: FastAPI, registry: CollectorRegistry) -> None:
    with TestClient(app).websocket_connect("/talk"):
        pass

    assert counted(registry) == {}


def test_the_time_until_a_long_answer_begins_is_measured(
    app: FastAPI, registry: CollectorRegistry
) -> None:
    async def parts() -> AsyncIterator[str]:
        yield "first"
        time.sleep(SLOW_SECONDS)  # noqa: ASYNC251 (nothing else runs here)
        yield "last"

    @app.get("/long")
    def long() -> StreamingResponse:
        return StreamingResponse(parts())

    TestClient(app).get("/long")

    labels = {"method": "GET", "handler": "/long"}
    seconds = registry.get_sample_value("http_request_duration_seconds_sum", labels)
    assert seconds is not None
    assert 0 < seconds < SLOW_SECONDS
