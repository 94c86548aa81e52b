"""What rows refer to: it must be there, and what becomes of them when it is deleted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from shop.database import Database
from shop.modules.results.models import Result
from shop.modules.results.repository import Repository
from shop.modules.results.router import nested, router
from shop.modules.results.schemas import NewResult, ResultView

PATH = router.prefix
TABLE = Result.__table__
KEYS = {column.name: key for column in TABLE.columns for key in column.foreign_keys}

Examples = list[dict[str, object]]
Keep = Callable[[dict[str, object]], ResultView]
Kept = Callable[[], list[ResultView]]
Refer = Callable[[str], tuple[UUID, UUID]]


@pytest.fixture
def refer(database: Database, examples: Examples) -> Refer:
    """Keep a row whose field refers to another row; give the ids of that one and of its own."""
    new = [NewResult.model_validate(example) for example in examples]

    def keep(field: str) -> tuple[UUID, UUID]:
        with database.transaction() as session:
            repository = Repository(session)
            other = getattr(new[1], field) or repository.add(new[1]).id
            return other, repository.add(new[0].model_copy(update={field: other})).id

    return keep


def delete_row(session: Session, table: sa.Table, row: UUID) -> None:
    """Delete a row, and before it those of other modules that refer to it."""
    others = [each for each in table.metadata.tables.values() if each is not TABLE]
    for key in (key for other in others for key in other.foreign_keys):
        if key.column.table is table:
            referring = key.parent.table.c
            for each in session.scalars(sa.select(referring.id).where(key.parent == row)).all():
                delete_row(session, key.parent.table, each)
    session.execute(sa.delete(table).where(table.c.id == row))


@pytest.mark.parametrize("method", ["POST"])
@pytest.mark.parametrize("field", KEYS)
def test_what_refers_to_nothing_is_422_and_named(  # noqa: PLR0913, PLR0917
    client: TestClient, keep: Keep, kept: Kept, examples: Examples, method: str, field: str
) -> None:
    view = keep(examples[0])
    path = PATH if method == "POST" else f"{PATH}/{view.id}"

    response = client.request(method, path, json={**examples[1], field: str(uuid4())})

    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["detail"]] == [["body", field]]
    assert kept() == [view]


@pytest.mark.parametrize("field", KEYS)
def test_what_another_deletes_just_now_cannot_be_referred_to(
    client: TestClient, database: Database, keep: Keep, examples: Examples, field: str
) -> None:
    key = examples[0][field] or keep(examples[0]).id
    refers = {**examples[1], field: str(key)}

    with ThreadPoolExecutor() as pool, database.transaction() as session:
        delete_row(session, KEYS[field].column.table, UUID(str(key)))
        answer = pool.submit(client.post, PATH, json=refers)
        waits = not wait([answer], timeout=0.3).done

    assert (waits, answer.result().status_code) == (True, 422)


def path_of(field: str, key: UUID) -> str:
    """Give the path of the list of what refers to a row."""
    return nested.url_path_for(f"browse_of_{field.removesuffix('_id')}", **{field: key})


@pytest.mark.parametrize("field", KEYS)
def test_what_refers_to_a_row_is_listed_below_it(
    client: TestClient, keep: Keep, refer: Refer, examples: Examples, field: str
) -> None:
    other, key = refer(field)
    keep(examples[2])

    answer = client.get(path_of(field, other))

    assert [item["id"] for item in answer.json()["items"]] == [str(key)]

    nowhere = uuid4()
    missed = client.get(path_of(field, nowhere))
    assert (missed.status_code, str(nowhere) in missed.json()["detail"]) == (404, True)


@pytest.mark.parametrize("field", [name for name in KEYS if not TABLE.columns[name].unique])
def test_the_list_below_a_row_has_pages(
    client: TestClient, keep: Keep, refer: Refer, examples: Examples, field: str
) -> None:
    other, key = refer(field)
    second = keep({**examples[2], field: str(other)})

    answer = client.get(path_of(field, other), params={"limit": 1})
    after = client.get(str(answer.url.join(answer.links["next"]["url"])))

    ids = [[item["id"] for item in page.json()["items"]] for page in (answer, after)]
    assert ids == [[str(key)], [str(second.id)]]


@pytest.mark.parametrize("field", [name for name in KEYS if KEYS[name].ondelete == "CASCADE"])
def test_what_refers_to_a_row_is_deleted_with_it(
    database: Database, refer: Refer, field: str
) -> None:
    other, key = refer(field)

    with database.transaction() as session:
        delete_row(session, KEYS[field].column.table, other)

        assert session.get(Result, key) is None
