"""In a session, only pages of this service may change something (CSRF)."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

THING = "/ops/-/thing"
LogIn = Callable[..., TestClient]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://testserver"}, 403),
        ({"Origin": "http://testserver:8000"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Ops-Key": ""}, 403),
        ({}, 403),
    ],
)
def test_only_pages_of_this_service_change_something(
    log_in: LogIn, headers: dict[str, str], status: int
) -> None:
    browser = log_in()
    del browser.headers["Sec-Fetch-Site"]

    assert browser.post(THING, headers=headers).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_pages_of_other_sites_may_link_to_a_page(log_in: LogIn, method: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert log_in().request(method, THING, headers=headers).status_code == 200
