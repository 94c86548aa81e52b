"""HTTP rules for every route of the application."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Message

from my_shop.web import protocol

MOST = 10


def service() -> FastAPI:
    """Make an application with a router, a mounted application and the rules."""
    router = APIRouter(prefix="/things")

    @router.get("")
    def browse() -> list[int]:
        return [1, 2, 3]

    @router.post("")
    async def make(request: Request) -> int:
        return len(await request.body())

    @router.get("/{thing}")
    def read(thing: int, request: Request) -> str:
        return f"{protocol.root_path(request)} {thing}"

    @router.delete("/{thing}")
    def delete(thing: int) -> None:
        """Delete nothing."""

    app, mounted = FastAPI(), FastAPI()
    for each in (app, mounted):
        protocol.install(each, MOST)
        each.include_router(router)
    app.mount("/mounted", mounted)
    app.add_api_route("/head", browse, methods=["HEAD"], status_code=202)
    return app


@pytest.fixture
def things() -> TestClient:
    return TestClient(service())


@pytest.mark.parametrize("path", ["/things", "/things/7", "/mounted/things"])
def test_head_is_answered_as_get_is_without_the_body(things: TestClient, path: str) -> None:
    got, asked = things.get(path), things.head(path)

    assert (got.status_code, asked.status_code) == (200, 200)
    assert asked.headers == got.headers
    assert asked.content == b""


def test_no_server_has_to_keep_the_body_back() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> None:
        scope = {"type": "http", "method": "HEAD", "path": "/things", "headers": []}
        await service()({**scope, "query_string": b""}, receive, send)

    asyncio.run(ask())

    assert [message.get("body", b"") for message in sent] == [b"", b""]


def test_a_route_for_head_is_asked_itself(things: TestClient) -> None:
    assert things.head("/head").status_code == 202


def test_head_is_not_found_where_get_is_not(things: TestClient) -> None:
    assert things.head("/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/things", "GET, HEAD, POST"),
        ("/things/7", "DELETE, GET, HEAD"),
        ("/mounted/things", "GET, HEAD, POST"),
        ("/head", "HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "BREW"])
def test_a_method_that_is_not_served_is_told_all_that_are(
    things: TestClient, method: str, path: str, allowed: str
) -> None:
    response = things.request(method, path)

    assert (response.status_code, response.json()) == (405, {"detail": "Method Not Allowed"})
    assert response.headers["Allow"] == allowed


def in_pieces(size: int) -> Iterator[bytes]:
    """Yield a body without a Content-Length."""
    yield from [b"x"] * size


@pytest.mark.parametrize("body", [b"x" * MOST, in_pieces(MOST)], ids=["whole", "in pieces"])
def test_a_body_of_the_allowed_size_is_read(
    things: TestClient, body: bytes | Iterator[bytes]
) -> None:
    assert things.post("/things", content=body).json() == MOST


@pytest.mark.parametrize("path", ["/things", "/mounted/things"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_larger_body_is_refused_in_json(things: TestClient, path: str, *, whole: bool) -> None:
    body = b"x" * (MOST + 1) if whole else in_pieces(MOST + 1)

    response = things.post(path, content=body)

    assert response.status_code == 413
    assert response.json() == {"detail": f"the body is larger than {MOST} bytes"}


def test_the_document_says_so(client: TestClient) -> None:
    responses = [
        operation["responses"]["413"]["content"]
        for operations in client.get("/openapi.json").json()["paths"].values()
        for operation in operations.values()
        if "413" in operation["responses"]
    ]

    assert all(list(content) == ["application/json"] for content in responses)


@pytest.mark.parametrize(
    ("root", "said"), [("", ""), ("/", ""), ("/api/", "/api"), ("/\u00e4 b", "/%C3%A4%20b")]
)
def test_a_path_of_ours_begins_where_the_application_is(root: str, said: str) -> None:
    scope = {"type": "http", "root_path": root}

    assert protocol.root_path(Request(scope)) == said


def test_a_path_of_ours_begins_where_the_application_is_mounted(things: TestClient) -> None:
    assert things.get("/mounted/things/7").json() == "/mounted 7"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/background"])
def test_monitors_may_ask_for_health_by_head(client: TestClient, path: str) -> None:
    response = client.head(path)

    assert (response.status_code, response.content) == (200, b"")


def test_a_slash_too_many_is_no_path_of_ours(app: FastAPI) -> None:
    with TestClient(app, follow_redirects=False) as client:
        paths = [path for path in client.get("/openapi.json").json()["paths"] if "{" not in path]
        statuses = {client.get(f"{path}/").status_code for path in [*paths, "/docs", "/tasks/7"]}

    assert statuses == {404}
