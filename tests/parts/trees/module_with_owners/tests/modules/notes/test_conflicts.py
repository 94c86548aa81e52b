"""Two callers at the same row at the same moment."""

from collections.abc import Callable, Iterator
from concurrent import futures
from datetime import UTC, datetime

import httpx2
import pytest
from fastapi.testclient import TestClient

from shop.database import Database
from shop.modules.notes.models import Note
from shop.modules.notes.router import router
from shop.modules.notes.schemas import NoteView
from shop.web.etags import etag_of

PATH = router.prefix
START = datetime(2026, 3, 1, tzinfo=UTC)

Asking = Callable[[], futures.Future[httpx2.Response]]
Examples = list[dict[str, object]]
Keep = Callable[[dict[str, object]], NoteView]


@pytest.fixture
def view(keep: Keep, examples: Examples) -> NoteView:
    """Keep a row, which a caller has seen."""
    return keep(examples[0])


@pytest.fixture(params=["PUT", "PATCH", "DELETE"])
def ask(
    request: pytest.FixtureRequest, client: TestClient, view: NoteView, examples: Examples
) -> Iterator[Asking]:
    """Let the caller change what was seen, in a thread."""
    body = None if request.param == "DELETE" else examples[1]
    path, seen = f"{PATH}/{view.id}", {"If-Match": etag_of(view)}
    with futures.ThreadPoolExecutor() as pool:
        yield lambda: pool.submit(client.request, request.param, path, json=body, headers=seen)


def test_what_another_deletes_just_now_is_404(
    database: Database, view: NoteView, ask: Asking
) -> None:
    with database.transaction() as session:
        session.delete(session.get_one(Note, view.id))
        session.flush()
        answer = ask()
        waits = not futures.wait([answer], timeout=0.3).done

    assert (waits, answer.result().status_code) == (True, 404)


def test_what_another_changes_just_now_is_412(
    database: Database, view: NoteView, ask: Asking
) -> None:
    with database.transaction() as session:
        session.get_one(Note, view.id).created_at = START
        session.flush()
        answer = ask()
        waits = not futures.wait([answer], timeout=0.3).done

    assert (waits, answer.result().status_code) == (True, 412)
