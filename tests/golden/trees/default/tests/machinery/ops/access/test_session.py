"""A key is given once: the cookie that stands for it afterwards."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from shop.ops.access import session
from shop.settings import Settings

COOKIE = "shop_ops"
THING, SAME = "/ops/-/thing", {"Sec-Fetch-Site": "same-origin"}
LogIn = Callable[..., TestClient]


def test_the_form_asks_for_a_key_and_keeps_where_to_go(client: TestClient) -> None:
    response = client.get("/ops/login", params={"next": f"{THING}?a=1&b=2"})

    assert response.status_code == 200
    assert '<form method="post" action="/ops/login">' in response.text
    assert f'name="next" value="{THING}?a=1&amp;b=2"' in response.text
    assert "http-equiv" not in response.text


@pytest.mark.parametrize(
    ("key", "seen"), [("the operator's", "operator True"), ("the reader's", "reader False")]
)
def test_whoever_has_logged_in_needs_no_key(log_in: LogIn, key: str, seen: str) -> None:
    assert log_in(key).get(THING).text == seen


def test_an_operator_changes_something_in_a_session(log_in: LogIn) -> None:
    assert log_in().post(THING).status_code == 303


def test_the_cookie_is_for_the_page_only_and_for_no_script(client: TestClient) -> None:
    response = client.post("/ops/login", data={"key": "the operator's"}, headers=SAME)

    name, *attributes = response.headers["Set-Cookie"].split("; ")
    assert name.startswith(f"{COOKIE}=operator.")
    assert sorted(attributes) == ["HttpOnly", "Max-Age=43200", "Path=/ops", "SameSite=strict"]
    assert "the operator's" not in name


def test_with_tls_the_cookie_is_never_sent_without(app: FastAPI) -> None:
    with TestClient(app, base_url="https://shop.example", follow_redirects=False) as client:
        response = client.post("/ops/login", data={"key": "the reader's"}, headers=SAME)

    assert "; Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("key", ["", "the", "the operator's ", "THE OPERATOR'S", "\xe9", "\ud800"])
def test_a_wrong_key_is_asked_for_again(client: TestClient, key: str) -> None:
    data = {"key": key.encode("utf-8", "surrogatepass"), "next": THING}

    response = client.post("/ops/login", data=data, headers=SAME)

    assert response.status_code == 401
    assert "not one of the keys" in response.text
    assert f'name="next" value="{THING}"' in response.text
    assert "Set-Cookie" not in response.headers


def test_a_page_of_another_site_cannot_log_anybody_in_or_out(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}

    for path in ("/ops/login", "/ops/logout"):
        assert client.post(path, data={"key": "the operator's"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("to", "reached"),
    [
        (f"{THING}?state=failed&error=%3Cb%3E", f"{THING}?state=failed&error=%3Cb%3E"),
        ("/ops", "/ops"),
        ("/ops?a=/../..", "/ops?a=/../.."),
        *[
            (other, "/ops")
            for other in (
                *("", "/", "/jobs", "/opsx", "ops", "//evil.example", "https://evil.example/ops"),
                *("/ops/../jobs", "/ops/%2e%2e/jobs", "/ops//x", "/ops/\\evil", "/ops?\r\nX: y"),
                *("/ops@evil.example", "/ops/\t/x", "/ops\n", "/ops?ä", "javascript:alert(1)"),
            )
        ],
    ],
)
def test_after_the_login_a_browser_is_sent_to_a_page_of_ours(
    client: TestClient, to: str, reached: str
) -> None:
    data = {"key": "the operator's", "next": to}

    response = client.post("/ops/login", data=data, headers=SAME)

    assert response.headers["Location"] == reached


def test_a_link_on_another_site_leads_in_although_the_browser_left_the_cookie_out(
    client: TestClient,
) -> None:
    headers, query = {"Sec-Fetch-Site": "cross-site"}, {"next": f"{THING}?a=1&b"}

    response = client.get("/ops/login", params=query, headers=headers)
    foreign = client.get("/ops/login", params={"next": "https://evil.example"}, headers=headers)

    assert f'<meta http-equiv="refresh" content="0; url={THING}?a=1&amp;b">' in response.text
    assert "http-equiv" not in foreign.text


def test_whoever_logs_out_has_no_session(log_in: LogIn) -> None:
    browser = log_in()

    response = browser.post("/ops/logout")

    assert response.headers["Location"] == "/ops/login"
    assert not browser.cookies
    assert browser.get(THING).status_code == 303


def test_a_session_ends_after_some_hours(
    log_in: LogIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ops_session_hours = 2
    monkeypatch.setattr(session, "time", lambda: 1000.5)
    browser = log_in()
    browser.cookies.set(COOKIE, browser.cookies[COOKIE])  # else it would keep the time too

    monkeypatch.setattr(session, "time", lambda: 8199.9)
    assert browser.get(THING).status_code == 200
    monkeypatch.setattr(session, "time", lambda: 8200.0)
    assert browser.get(THING).status_code == 303


@pytest.mark.parametrize("key", ["the operator's", "the reader's"])
def test_another_key_ends_the_sessions_of_the_old_one(
    log_in: LogIn, settings: Settings, key: str
) -> None:
    browser = log_in(key)
    settings.ops_api_key, settings.ops_read_key = SecretStr("new"), SecretStr("also new")

    assert browser.get(THING).status_code == 303


def test_without_the_key_of_readers_their_sessions_end(log_in: LogIn, settings: Settings) -> None:
    browser = log_in("the reader's")
    settings.ops_read_key = None

    assert browser.get(THING).status_code == 303


def test_a_cookie_that_was_changed_is_none(log_in: LogIn) -> None:
    browser = log_in("the reader's")
    name, expires, signature = browser.cookies[COOKIE].split(".")
    browser.cookies.clear()
    changed = [
        *("", ".", "..", "operator", "nobody.9999999999.00", f"reader.{expires}.", "é.1.é"),
        *(f"operator.{expires}.{signature}", f"{name}.9{expires}.{signature}"),
        *(f"{name}.{expires}.{signature[:-1]}", f"{name}.{expires}.{signature}0"),
        *(f"{name}.{expires}.{signature.upper()}", f"{name}..{expires}.{signature}"),
    ]

    answers = [
        browser.get(THING, headers={b"Cookie": f"{COOKIE}={cookie}".encode("latin-1")})
        for cookie in changed
    ]

    assert {response.status_code for response in answers} == {303}
    unchanged = {"Cookie": f"{COOKIE}={name}.{expires}.{signature}"}
    assert browser.get(THING, headers=unchanged).text == "reader False"
