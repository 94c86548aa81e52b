"""Files over HTTP: as they were sent, up to their own limit, and nothing of what fails."""

import asyncio
from collections.abc import Callable, Iterator
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from starlette.types import Message

from shop.database import Database
from shop.database.stored_files import (
    FileColumn,
    NewFile,
    StoredFile,
)
from shop.settings import Settings
from shop.web import errors, protocol
from shop.web.etags import IfNoneMatch
from shop.web.files import (
    ANY_TYPE,
    DeletingSessionDep,
    FileFacts,
    FileOf,
    Files,
    FilesDep,
)
from shop.web.texts import SurrogateMiddleware

MOST = 30
MOST_ELSEWHERE = 10
KEY = UUID(int=7)
PATH = f"/albums/{KEY}"
COVER = f"{PATH}/cover"
NOWHERE = f"/albums/{UUID(int=8)}/cover"


class Tables(DeclarativeBase):
    """Tables of this test."""


class Album(Tables):
    """What has a file, or none."""

    __tablename__ = "albums"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str] = mapped_column(default="ada")
    cover: Mapped[StoredFile | None] = mapped_column(FileColumn)


@pytest.fixture
def database(own_database_url: str) -> Iterator[Database]:
    """Keep one row without a file."""
    database = Database(own_database_url)
    Tables.metadata.create_all(database.engine)
    with database.transaction() as session:
        session.add(Album(id=KEY))
    yield database
    database.close()


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Give the folder of the files."""
    return Path(settings.files_folder)


@pytest.fixture
def service(database: Database, settings: Settings) -> FastAPI:
    """Make an application with the routes of a file."""
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    app.add_middleware(SurrogateMiddleware)
    protocol.install(app, MOST_ELSEWHERE)
    errors.install(app)

    @app.put("/albums/{key}/cover")
    async def replace(key: UUID, request: Request, files: FilesDep) -> FileFacts:
        return await files.receive(request, FileOf(Album, key, "cover"), MOST)

    @app.get("/albums/{key}/cover", response_class=FileResponse)
    def read(key: UUID, files: FilesDep, if_none_match: IfNoneMatch = None) -> Response:
        return files.send(FileOf(Album, key, "cover"), if_none_match)

    @app.delete("/albums/{key}/cover", status_code=204)
    def remove(key: UUID, files: FilesDep) -> None:
        files.replace(FileOf(Album, key, "cover"), None)

    @app.delete("/albums/{key}", status_code=204)
    def delete(key: UUID, session: DeletingSessionDep) -> None:
        session.delete(session.get_one(Album, key))
        session.flush()
        if key != KEY:
            raise errors.ConflictError("not this one")

    return app


@pytest.fixture
def http(service: FastAPI) -> TestClient:
    """Call it."""
    return TestClient(service)


@pytest.fixture
def names(folder: Path) -> Callable[[], list[str]]:
    """Give the names of what is in the folder."""
    return lambda: [path.name for path in folder.glob("*")]


Names = Callable[[], list[str]]


@pytest.mark.parametrize("content", [b"", bytes(range(MOST))])
def test_a_file_comes_back_as_it_was_sent(http: TestClient, content: bytes) -> None:
    known = {"size": len(content), "content_type": "image/png"}
    known["sha256"] = sha256(content).hexdigest()

    put = http.put(COVER, content=content, headers={"Content-Type": "image/png"})
    got = http.get(COVER)

    assert (put.status_code, put.json()) == (200, known)
    assert (got.status_code, got.content) == (200, content)
    assert got.headers["Content-Length"] == str(len(content))
    assert got.headers["Content-Type"] == "image/png"


def test_no_browser_shows_what_a_stranger_sent(http: TestClient) -> None:
    http.put(COVER, content=b"<script>", headers={"Content-Type": "text/html"})

    headers = http.get(COVER).headers

    assert headers["Content-Type"] == "text/html"
    assert headers["Content-Disposition"] == "attachment"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ('text/plain;charset="utf-8"', 'text/plain;charset="utf-8"'),
        ("image/svg+xml", "image/svg+xml"),
        ("image", ANY_TYPE),
        ("image/png, text/html", ANY_TYPE),
        ("a" * 81 + "/b", ANY_TYPE),
        ("", ANY_TYPE),
    ],
)
def test_a_type_is_kept_if_it_is_one(http: TestClient, said: str, kept: str) -> None:
    answer = http.put(COVER, content=b"x", headers={"Content-Type": said})

    assert answer.json()["content_type"] == kept


def test_nobody_looks_into_a_file(http: TestClient) -> None:
    half = b'{"half": "\\ud83d"}'

    answer = http.put(COVER, content=half, headers={"Content-Type": "application/json"})

    assert (answer.status_code, http.get(COVER).content) == (200, half)


def test_what_the_caller_has_is_not_sent_again(http: TestClient) -> None:
    http.put(COVER, content=b"one")
    seen = {"If-None-Match": http.get(COVER).headers["ETag"]}

    assert http.get(COVER, headers=seen).status_code == HTTPStatus.NOT_MODIFIED

    http.put(COVER, content=b"two")
    assert http.get(COVER, headers=seen).content == b"two"


def test_a_part_can_be_asked_for_while_the_file_is_the_same(http: TestClient) -> None:
    http.put(COVER, content=b"0123456789")
    asked = {"Range": "bytes=7-", "If-Range": http.get(COVER).headers["ETag"]}

    part = http.get(COVER, headers=asked)
    http.put(COVER, content=b"another")
    whole = http.get(COVER, headers=asked)

    assert (part.status_code, part.content) == (206, b"789")
    assert (whole.status_code, whole.content) == (200, b"another")


def test_the_one_before_goes(http: TestClient, names: Names) -> None:
    http.put(COVER, content=b"one")
    before = names()

    http.put(COVER, content=b"two")

    assert http.get(COVER).content == b"two"
    assert len(names()) == 1
    assert names() != before


def test_a_file_can_be_removed_once(http: TestClient, names: Names) -> None:
    http.put(COVER, content=b"one")

    removed = [http.delete(COVER) for _ in range(2)]

    assert [answer.status_code for answer in removed] == [204, 404]
    assert removed[1].json() == {"detail": f"{KEY} has no cover"}
    assert names() == []


def test_a_file_goes_with_its_row(http: TestClient, names: Names) -> None:
    http.put(COVER, content=b"one")

    assert http.delete(PATH).status_code == 204

    assert names() == []


def test_a_file_stays_if_its_row_does(http: TestClient, database: Database, names: Names) -> None:
    other = UUID(int=9)
    with database.transaction() as session:
        session.add(Album(id=other))
    http.put(f"/albums/{other}/cover", content=b"one")

    assert http.delete(f"/albums/{other}").status_code == 409

    assert len(names()) == 1
    assert http.get(f"/albums/{other}/cover").content == b"one"


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_what_is_not_there_is_404(http: TestClient, names: Names, method: str) -> None:
    answer = http.request(method, NOWHERE, content=b"x" * MOST)

    assert (answer.status_code, names()) == (404, [])


def test_a_row_that_has_no_file_is_404(http: TestClient) -> None:
    assert http.get(COVER).status_code == 404


def in_pieces(size: int) -> Iterator[bytes]:
    """Yield a body without a Content-Length."""
    yield from [b"x"] * size


@pytest.mark.parametrize("whole", [True, False])
def test_more_than_the_limit_is_413_and_nothing_is_kept(
    http: TestClient, names: Names, *, whole: bool
) -> None:
    http.put(COVER, content=b"one")
    before = names()
    body = b"x" * (MOST + 1) if whole else in_pieces(MOST + 1)

    answer = http.put(COVER, content=body)

    assert answer.status_code == 413
    assert answer.json() == {"detail": f"the body is larger than {MOST} bytes"}
    assert (http.get(COVER).content, names()) == (b"one", before)


def put(service: FastAPI, messages: list[Message], headers: list[tuple[bytes, bytes]]) -> int:
    """Send these messages as a request; give the status of the answer."""
    statuses: list[int] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    scope = {"type": "http", "method": "PUT", "path": COVER, "headers": headers}
    asyncio.run(service({**scope, "query_string": b""}, receive, send))
    return statuses[0]


def test_a_body_that_says_that_it_is_too_large_is_not_read(service: FastAPI) -> None:
    length = (b"content-length", str(MOST + 1).encode())

    assert put(service, [], [length]) == 413  # there was nothing to receive


def test_of_a_body_that_is_cut_off_nothing_is_kept(
    http: TestClient, service: FastAPI, names: Names
) -> None:
    http.put(COVER, content=b"one")
    before = names()
    begun: Message = {"type": "http.request", "body": b"tw", "more_body": True}

    status = put(service, [begun, {"type": "http.disconnect"}], [])

    assert status == 400
    assert (http.get(COVER).content, names()) == (b"one", before)


def test_a_full_disk_is_503_and_nothing_is_kept(
    http: TestClient,
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(_file: NewFile, _chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(NewFile, "write", refuse)

    answer = http.put(COVER, content=b"one")

    assert (answer.status_code, answer.json()) == (503, {"detail": "the file cannot be kept now"})
    assert "Retry-After" in answer.headers
    assert names() == []
    assert "No space left on device" in caplog.text


def test_a_file_that_is_not_in_the_folder_is_503(http: TestClient, folder: Path) -> None:
    http.put(COVER, content=b"one")
    for path in folder.iterdir():
        path.unlink()

    answer = http.get(COVER)

    assert answer.status_code == 503
    assert answer.json() == {"detail": f"the cover of {KEY} is not there now"}


def test_what_cannot_be_named_because_its_row_went_is_not_kept(
    database: Database, folder: Path, names: Names
) -> None:
    new = NewFile(folder).keep("image/png")

    with pytest.raises(errors.NotFoundError):
        Files(database, folder).replace(FileOf(Album, UUID(int=8), "cover"), new)

    assert names() == []


def test_what_may_have_been_committed_is_kept(
    database: Database, folder: Path, names: Names
) -> None:
    new = NewFile(folder).keep("image/png")

    def lose_the_answer(_session: Session) -> None:
        raise OperationalError("COMMIT", None, Exception("connection lost"))

    database.after_commit = lose_the_answer

    with pytest.raises(OperationalError):
        Files(database, folder).replace(FileOf(Album, KEY, "cover"), new)

    assert names() == [new.key]


def test_of_a_row_with_an_owner_nobody_else_has_the_file(database: Database, folder: Path) -> None:
    files, new = Files(database, folder), NewFile(folder).keep("image/png")
    own, other = (FileOf(Album, KEY, "cover", owner) for owner in ("ada", "bob"))
    files.replace(own, new)

    for refused in (files.find, files.check, lambda of: files.replace(of, None)):
        with pytest.raises(errors.NotFoundError, match=f"there is no {KEY}"):
            refused(other)

    assert files.find(own) == new
