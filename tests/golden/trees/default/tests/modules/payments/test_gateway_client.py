"""The application's own HTTP client, which the other tests replace."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.modules.payments.router import router
from shop.settings import Settings

pytestmark = pytest.mark.usefixtures("only_requests")
PATH = router.prefix
ORDER = {"amount": 1999, "currency": "EUR"}
HERE = ("127.0.0.1", 50000)


class Charges(BaseHTTPRequestHandler):
    """A gateway on the loopback interface that notes who calls."""

    protocol_version = "HTTP/1.1"
    callers: set[int]

    def do_POST(self) -> None:
        self.callers.add(self.client_address[1])
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", "13")
        self.end_headers()
        self.wfile.write(b'{"id":"ch_1"}')

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""


@pytest.fixture
def callers() -> set[int]:
    """Hold the ports of the connections that came."""
    return set()


@pytest.fixture
def url(callers: set[int], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Start that gateway; give its address."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    handler = type("Handler", (Charges,), {"callers": callers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_payments_share_one_connection_that_is_closed_at_shutdown(
    app: FastAPI, settings: Settings, url: str, callers: set[int]
) -> None:
    values = {"payment_gateway_url": url, "payment_gateway_timeout_seconds": 7}
    app.state.settings = Settings.model_validate({**settings.model_dump(), **values})

    with TestClient(app, client=HERE) as client:
        for reference in ("order-1", "order-2"):
            response = client.post(PATH, json={**ORDER, "reference": reference})
            assert response.status_code == 201
        gateway = app.state.payments_gateway
        assert (gateway.seconds, gateway.client.timeout) == (7, httpx2.Timeout(7))

    assert len(callers) == 1
    assert gateway.client.is_closed


def test_without_a_gateway_payments_are_off_but_the_service_starts(app: FastAPI) -> None:
    with TestClient(app, client=HERE) as client:
        response = client.post(PATH, json={**ORDER, "reference": "order-1"})

    assert response.status_code == 503
    assert response.json() == {"detail": "payments are off: PAYMENT_GATEWAY_URL is not set"}
    assert response.headers["Retry-After"] == "30"
