"""Two callers at the same row at the same moment, and a mistake that is no conflict."""

from concurrent.futures import ThreadPoolExecutor, wait
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.database import Database
from shop.modules.products import service
from shop.modules.products.repository import Repository
from shop.modules.products.router import router
from shop.modules.products.schemas import NewProduct

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


def test_a_value_that_is_missing_is_not_called_taken(
    database: Database, examples: Examples
) -> None:
    new = NewProduct.model_validate(examples[0])
    with Session(database.engine) as session:
        row = Repository(session).add(new)
        setattr(row, "created_at", None)  # noqa: B010
        with pytest.raises(IntegrityError):
            Repository(session).replace(row, new)
