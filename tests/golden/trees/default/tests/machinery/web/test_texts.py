"""Text with surrogates is refused before a route sees it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send

from shop.web import errors, texts

JSON = {"Content-Type": "application/json"}
HALF, WHOLE = "\ud83d", "\U0001f600"


class Note(BaseModel):
    """Text in all places."""

    text: str
    more: dict[str, Any] = {}


def add_routes(app: FastAPI) -> FastAPI:
    """Add routes that give back what they get."""

    @app.post("/-/echo")
    def echo(note: Note) -> Note:
        return note

    @app.post("/-/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/-/echo/{text}")
    def echo_text(text: str, query: str = "") -> list[str]:
        return [text, query]

    return app


@pytest.fixture
def light() -> TestClient:
    """Make a service with these routes only, which starts fast."""
    app = FastAPI()
    app.add_middleware(texts.SurrogateMiddleware)
    errors.install(app)
    return TestClient(add_routes(app))


def in_ascii(body: object) -> bytes:
    return json.dumps(body).encode()


def in_bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass")


def in_utf16(body: object) -> bytes:
    return json.dumps(body).encode("utf-16")


@pytest.mark.parametrize("encode", [in_ascii, in_bytes, in_utf16])
@pytest.mark.parametrize("text", [HALF, "\udc00", f"{WHOLE}{HALF}", "\udc00\ud800"])
@pytest.mark.parametrize("kind", ["application/json", "application/Problem+JSON; charset=utf-8"])
def test_it_is_refused_and_its_field_named(
    light: TestClient, text: str, encode: Callable[[object], bytes], kind: str
) -> None:
    response = light.post("/-/echo", content=encode({"text": text}), headers={"Content-Type": kind})

    problem = {"type": "string_unicode", "loc": ["body", "text"], "msg": texts.MESSAGE}
    assert (response.status_code, response.json()) == (422, {"detail": [problem]})


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"list": [1, [HALF]]}, ["list", 1, 0]),
        ({"deep": {"deeper": HALF}}, ["deep", "deeper"]),
        ({HALF: 1}, [HALF]),
        ({"in": {HALF: 1}}, ["in", HALF]),
    ],
)
def test_it_is_found_wherever_it_is(
    light: TestClient, more: dict[str, object], where: list[object]
) -> None:
    response = light.post("/-/echo", content=in_ascii({"text": "x", "more": more}), headers=JSON)

    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["detail"]] == [["body", "more", *where]]


def read_by(messages: list[Message]) -> list[Message]:
    """Let an application read all messages of a request through the middleware."""
    read: list[Message] = []

    async def read_all(_scope: Scope, receive: Receive, _send: Send) -> None:
        while messages:
            read.append(await receive())

    async def receive() -> Message:
        return messages.pop(0)

    async def send(_message: Message) -> None:
        """Send nothing."""

    scope = {"type": "http", "headers": [(b"content-type", b"application/json")]}
    asyncio.run(texts.SurrogateMiddleware(read_all)(scope, receive, send))
    return read


def in_pieces(body: bytes) -> list[Message]:
    """Give a body byte by byte, so that no piece has a whole surrogate."""
    pieces = [body[place : place + 1] for place in range(len(body))]
    return [
        *({"type": "http.request", "body": piece, "more_body": True} for piece in pieces),
        {"type": "http.request"},
        {"type": "http.disconnect"},
    ]


@pytest.mark.parametrize("encode", [in_ascii, in_bytes])
def test_it_is_found_in_a_body_that_comes_in_pieces(encode: Callable[[object], bytes]) -> None:
    with pytest.raises(texts.SurrogateError):
        read_by(in_pieces(encode({"text": HALF})))


@pytest.mark.parametrize("encode", [in_ascii, in_bytes])
def test_any_other_body_is_read_to_its_end_and_beyond(encode: Callable[[object], bytes]) -> None:
    messages = in_pieces(encode({"text": WHOLE}))

    assert read_by(messages.copy()) == messages


@pytest.mark.parametrize("text", ["", "plain", "\\ud83d", WHOLE, "\uffff\n\0"])
def test_any_other_text_comes_back_as_it_was(light: TestClient, text: str) -> None:
    response = light.post("/-/echo", content=in_ascii({"text": text}), headers=JSON)

    assert response.json()["text"] == text


NO_JSON = [b"", b"{", b'"\xff"', b"[" * 100_000, b"[" * 500 + b"]" * 500]


@pytest.mark.parametrize("body", [*NO_JSON, *(body + in_bytes(HALF) for body in NO_JSON[1:])])
def test_what_is_no_json_is_left_to_the_route(light: TestClient, body: bytes) -> None:
    assert light.post("/-/raw", content=body, headers=JSON).json() == len(body)


def test_what_is_not_said_to_be_json_is_left_to_the_route(light: TestClient) -> None:
    assert light.post("/-/raw", content=in_ascii(HALF)).json() == len(in_ascii(HALF))


@pytest.mark.parametrize("half", ["%ED%A0%BD", "%FF"])
def test_a_path_and_a_query_cannot_hold_it(light: TestClient, half: str) -> None:
    response = light.get(f"/-/echo/{half}?query={half}")

    assert response.status_code == 200
    assert set("".join(response.json())) == {"\ufffd"}


def test_the_application_refuses_it_for_all_routes(app: FastAPI) -> None:
    with TestClient(add_routes(app)) as client:
        response = client.post("/-/echo", content=in_ascii({"text": HALF}), headers=JSON)

    assert response.status_code == 422
