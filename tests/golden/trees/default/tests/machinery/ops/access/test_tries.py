"""Whoever sends wrong keys has to wait, longer and longer."""

from itertools import cycle

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.types import Receive, Scope, Send

from shop.ops.access import tries
from shop.ops.access.tries import Tries, network

THING, SAME = "/ops/-/thing", {"Sec-Fetch-Site": "same-origin"}


class Clock:
    """A clock that stands until a test moves it."""

    now = 1000.0

    def __call__(self) -> float:
        """Read it."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(tries, "monotonic", clock)
    return clock


def wrong(known: Tries, times: int, caller: str = "a") -> int:
    """Send wrong keys; return how long the caller has to wait after the last one."""
    for _ in range(times):
        known.count_wrong(caller)
    return known.wait(caller)


@pytest.mark.parametrize(
    ("times", "seconds"), [(0, 0), (5, 0), (6, 2), (7, 4), (8, 8), (13, 256), (14, 300), (99, 300)]
)
def test_each_wrong_key_makes_the_wait_longer(clock: Clock, times: int, seconds: int) -> None:
    assert clock.now
    assert wrong(Tries(), times) == seconds


def test_the_wait_ends(clock: Clock) -> None:
    known = Tries()
    wrong(known, 6)

    clock.now += 1.5
    assert known.wait("a") == 1
    clock.now += 0.5
    assert known.wait("a") == 0
    assert wrong(known, 1) == 4


def test_nobody_waits_for_the_wrong_keys_of_others(clock: Clock) -> None:
    known = Tries()
    assert clock.now
    assert wrong(known, 9) > 0
    assert known.wait("b") == 0


def test_a_right_key_makes_the_wrong_ones_forgotten(clock: Clock) -> None:
    known = Tries()
    assert clock.now
    wrong(known, 5)
    known.forget("a")
    assert wrong(known, 5) == 0


def test_wrong_keys_of_long_ago_are_forgotten(clock: Clock) -> None:
    known = Tries()
    clock.now += wrong(known, 9) + tries.FORGOTTEN_AFTER_SECONDS
    assert wrong(known, 1) > 0
    clock.now += known.wait("a") + tries.FORGOTTEN_AFTER_SECONDS + 0.1
    assert wrong(known, 5) == 0


def test_only_so_many_callers_are_remembered(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "MOST_CALLERS", 2)
    known = Tries()
    assert clock.now
    for caller in "abac":
        wrong(known, 6, caller)

    assert [known.wait(caller) > 0 for caller in "abc"] == [True, False, True]


def send(client: TestClient, key: str, where: str) -> Response:
    """Send a key."""
    if where == "form":
        return client.post("/ops/login", data={"key": key}, headers=SAME)
    return client.get(THING, headers={"X-Ops-Key": key})


@pytest.mark.parametrize(
    ("where", "other", "status"), [("form", "header", 303), ("header", "form", 200)]
)
def test_who_has_to_wait_cannot_even_send_the_right_key(
    client: TestClient, clock: Clock, where: str, other: str, status: int
) -> None:
    assert {send(client, "x", where).status_code for _ in range(6)} == {401}

    refused = send(client, "the operator's", where)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert "wait 2 seconds" in refused.text
    assert send(client, "the operator's", other).status_code in {200, 303}
    clock.now += 2
    assert send(client, "the operator's", where).status_code == status


@pytest.mark.parametrize("where", ["form", "header"])
def test_the_right_key_sets_the_caller_free_of_the_wrong_ones(
    client: TestClient, where: str
) -> None:
    for _ in range(2):
        assert {send(client, "x", where).status_code for _ in range(5)} == {401}
        assert send(client, "the operator's", where).status_code in {200, 303}


def test_a_session_goes_on_while_its_caller_has_to_wait(client: TestClient) -> None:
    client.post("/ops/login", data={"key": "the reader's"}, headers=SAME)
    for _ in range(9):
        client.get(THING, headers={"X-Ops-Key": "x"})

    assert client.get(THING).text == "reader False"


@pytest.mark.parametrize("clients", [[None], [("2001:db8::1", 1), ("2001:db8::2", 1)]])
def test_callers_that_are_not_told_apart_wait_together(
    app: FastAPI, clients: list[tuple[str, int] | None]
) -> None:
    """Such as all that come by a Unix socket, or from one network of IPv6."""
    callers = cycle(clients)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": next(callers)}, receive, send)

    with TestClient(serve) as client:
        answers = [send(client, "x", "header").status_code for _ in range(7)]

    assert answers == [401] * 6 + [429]


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2", "2001:db8::/64"),
        ("2001:db8:0:1::2", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_caller_is_known_by_its_network(address: str, caller: str) -> None:
    """Else each of its 2**64 addresses could send wrong keys."""
    assert network(address) == caller
