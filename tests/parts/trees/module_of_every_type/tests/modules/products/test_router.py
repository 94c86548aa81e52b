"""`/products`, from the request to the table and back."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.modules.products.models import Product
from shop.modules.products.router import router
from shop.modules.products.schemas import NewProduct

TABLE = Product.__table__
UNIQUE = [column.name for column in TABLE.columns if column.unique]
PATH = router.prefix
NOWHERE = f"{PATH}/00000000-0000-0000-0000-000000000007"

Examples = list[dict[str, object]]


def test_one_is_made_and_can_be_looked_at(client: TestClient, examples: Examples) -> None:
    response = client.post(PATH, json=examples[0])

    made = response.json()
    assert response.status_code == 201
    assert made.items() >= examples[0].items()
    assert client.get(f"{PATH}/{made['id']}").json() == made


def test_they_are_listed_page_by_page(client: TestClient, examples: Examples) -> None:
    made = [client.post(PATH, json=example).json() for example in examples]

    assert client.get(PATH).json() == {"items": made, "total": 3}
    second = client.get(PATH, params={"limit": 1, "offset": 1})
    assert second.json() == {"items": [made[1]], "total": 3}


def test_a_page_is_as_long_as_is_asked_within_what_the_document_says(
    app: FastAPI, client: TestClient, examples: Examples
) -> None:
    operation = app.openapi()["paths"][PATH]["get"]
    limits = {param["name"]: param["schema"] for param in operation["parameters"]}
    most, furthest = limits["limit"]["maximum"], limits["offset"]["maximum"]
    for example in examples[:2]:
        client.post(PATH, json=example).raise_for_status()

    asked = {limit: client.get(PATH, params={"limit": limit}) for limit in (0, 1, most, most + 1)}
    beyond = [client.get(PATH, params={"offset": offset}) for offset in (-1, furthest + 1)]

    assert [answer.status_code for answer in asked.values()] == [422, 200, 200, 422]
    assert [len(asked[limit].json()["items"]) for limit in (1, most)] == [1, 2]
    assert {answer.status_code for answer in beyond} == {422}
    assert client.get(PATH, params={"offset": furthest}).json()["items"] == []


def test_one_is_replaced_as_a_whole(client: TestClient, examples: Examples) -> None:
    made = client.post(PATH, json=examples[0]).json()

    response = client.put(f"{PATH}/{made['id']}", json=examples[1])

    assert response.status_code == 200
    assert response.json() == {**made, **examples[1]}
    assert client.get(f"{PATH}/{made['id']}").json() == response.json()


def test_what_is_deleted_is_gone(client: TestClient, examples: Examples) -> None:
    made = client.post(PATH, json=examples[0]).json()

    assert client.delete(f"{PATH}/{made['id']}").status_code == 204

    assert client.get(f"{PATH}/{made['id']}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_not_there_is_404(client: TestClient, examples: Examples, method: str) -> None:
    response = client.request(method, NOWHERE, json=examples[0] if method == "PUT" else None)

    assert response.status_code == 404


@pytest.mark.parametrize("field", UNIQUE)
def test_a_taken_value_is_409(client: TestClient, examples: Examples, field: str) -> None:
    client.post(PATH, json=examples[0])
    same = {**examples[1], field: examples[0][field]}

    assert client.post(PATH, json=same).status_code == 409

    other = client.post(PATH, json=examples[1]).json()
    assert client.put(f"{PATH}/{other['id']}", json=same).status_code == 409
    assert client.get(f"{PATH}/{other['id']}").json() == other


@pytest.mark.parametrize("field", [*NewProduct.model_fields, "unknown"])
def test_what_is_no_value_is_422_and_named(
    client: TestClient, examples: Examples, field: str
) -> None:
    response = client.post(PATH, json={**examples[0], field: {"no": "value"}})

    assert response.status_code == 422
    assert {error["loc"][1] for error in response.json()["detail"]} == {field}
    assert client.get(PATH).json()["total"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PATH), ("POST", PATH), ("GET", NOWHERE), ("PUT", NOWHERE), ("DELETE", NOWHERE)],
)
def test_it_is_for_clients_only(app: FastAPI, method: str, path: str) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.request(method, path).status_code == 401
