"""Two callers at the same row at the same moment."""

from concurrent.futures import ThreadPoolExecutor, wait
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from shop.database import Database
from shop.modules.notes import service
from shop.modules.notes.repository import Repository
from shop.modules.notes.router import router

PATH = router.prefix

Examples = list[dict[str, object]]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_another_deletes_just_now_is_404(
    client: TestClient, database: Database, examples: Examples, method: str
) -> None:
    key = client.post(PATH, json=examples[0]).json()["id"]
    body = examples[1] if method == "PUT" else None

    with ThreadPoolExecutor() as pool, database.transaction() as session:
        service.delete(Repository(session), UUID(key))
        answer = pool.submit(client.request, method, f"{PATH}/{key}", json=body)
        waits = not wait([answer], timeout=0.3).done

    assert (waits, answer.result().status_code) == (True, 404)
