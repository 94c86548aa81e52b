"""Each answer says to browsers how careful they have to be."""

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from starlette.websockets import WebSocket

from shop.web.headers import (
    HEADERS,
    ONLY_HTTPS,
    SecurityHeadersMiddleware,
)


@pytest.fixture
def service() -> FastAPI:
    app = FastAPI()
    app.add_middleware(SecurityHeadersMiddleware)

    @app.get("/plain")
    def plain() -> int:
        return 1

    @app.get("/own")
    def own(response: Response) -> int:
        response.headers["Cache-Control"] = "public, max-age=60"
        response.headers["ETag"] = '"1"'
        return 1

    @app.get("/tagged")
    def tagged(response: Response) -> int:
        response.headers["ETag"] = '"1"'
        return 1

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    return app


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/openapi.json"])
def test_answers_and_refusals_have_the_headers(client: TestClient, path: str) -> None:
    assert client.get(path).headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()


def test_a_failure_has_the_headers(app: FastAPI) -> None:
    app.add_api_route("/broken", lambda: 1 / 0)

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")

    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (500, "DENY")


def test_what_a_route_says_itself_is_left_alone(service: FastAPI) -> None:
    headers = TestClient(service).get("/own").headers

    assert headers["Cache-Control"] == "public, max-age=60"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_has_a_tag_may_be_kept_and_asked_for_again(service: FastAPI) -> None:
    assert TestClient(service).get("/tagged").headers["Cache-Control"] == "private, no-cache"


def test_only_https_is_told_to_stay_so(service: FastAPI) -> None:
    plain, secure = TestClient(service), TestClient(service, base_url="https://testserver")

    assert "Strict-Transport-Security" not in plain.get("/plain").headers
    assert secure.get("/plain").headers["Strict-Transport-Security"] == ONLY_HTTPS


def test_other_protocols_pass(service: FastAPI) -> None:
    with TestClient(service).websocket_connect("/socket") as socket:
        assert socket.receive()["type"] == "websocket.close"
