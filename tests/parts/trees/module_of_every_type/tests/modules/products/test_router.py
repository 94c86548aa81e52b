"""`/products`, from the request to the table and back."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from shop.modules.products.models import Product
from shop.modules.products.router import router
from shop.modules.products.schemas import NewProduct, ProductView
from shop.web.etags import etag_of

TABLE = Product.__table__
UNIQUE = [column.name for column in TABLE.columns if column.unique]
ANY_JSON = [
    "details",
    "more",
]
"""Fields that take an object too."""
PATH = router.prefix
NOBODY = "00000000-0000-0000-0000-000000000007"
NOWHERE = f"{PATH}/{NOBODY}"
PARAMETER = re.compile(r"\{\w+\}")
OPERATIONS = [
    (method, route.path)
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]

Examples = list[dict[str, object]]
Keep = Callable[[dict[str, object]], ProductView]
Kept = Callable[[], list[ProductView]]


def test_one_is_made(client: TestClient, kept: Kept, examples: Examples) -> None:
    response = client.post(PATH, json=examples[0])

    assert response.status_code == 201
    assert response.json().items() >= examples[0].items()
    assert kept() == [ProductView.model_validate(response.json())]
    assert response.headers["ETag"] == etag_of(kept()[0])


def test_one_can_be_looked_at(client: TestClient, keep: Keep, examples: Examples) -> None:
    view = keep(examples[0])

    response = client.get(f"{PATH}/{view.id}")

    assert response.status_code == 200
    assert response.json() == view.model_dump(mode="json")
    assert response.headers["ETag"] == etag_of(view)


def test_what_the_caller_has_is_304(client: TestClient, keep: Keep, examples: Examples) -> None:
    view = keep(examples[0])

    first, again = (
        client.get(f"{PATH}/{view.id}", headers={"If-None-Match": tag})
        for tag in ('"another"', etag_of(view))
    )

    assert (first.status_code, first.json()) == (200, view.model_dump(mode="json"))
    assert (again.status_code, again.content) == (304, b"")


def test_one_is_replaced_as_a_whole(
    client: TestClient, keep: Keep, kept: Kept, examples: Examples
) -> None:
    view = keep(examples[0])

    response = client.put(f"{PATH}/{view.id}", json=examples[1])

    assert response.status_code == 200
    stamp = {"updated_at": response.json()["updated_at"]}
    assert response.json() == {**view.model_dump(mode="json"), **examples[1], **stamp}
    assert kept() == [ProductView.model_validate(response.json())]
    assert response.headers["ETag"] == etag_of(kept()[0])


def test_one_is_changed_where_something_is_sent(
    client: TestClient, keep: Keep, kept: Kept, examples: Examples
) -> None:
    expected = keep(examples[0]).model_dump(mode="json")
    for field, value in examples[1].items():
        response = client.patch(f"{PATH}/{expected['id']}", json={field: value})

        expected[field] = value
        expected["updated_at"] = response.json()["updated_at"]
        assert (response.status_code, response.json()) == (200, expected)
        assert kept() == [ProductView.model_validate(expected)]
        assert response.headers["ETag"] == etag_of(kept()[0])


def test_nothing_sent_changes_nothing(
    client: TestClient, keep: Keep, kept: Kept, examples: Examples
) -> None:
    view = keep(examples[0])

    response = client.patch(f"{PATH}/{view.id}", json={})

    assert (response.status_code, kept()) == (200, [view])


def test_what_is_deleted_is_gone(
    client: TestClient, keep: Keep, kept: Kept, examples: Examples
) -> None:
    view = keep(examples[0])

    assert client.delete(f"{PATH}/{view.id}").status_code == 204

    assert kept() == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_is_changed_must_be_as_the_caller_has_seen_it(
    client: TestClient, keep: Keep, kept: Kept, examples: Examples, method: str
) -> None:
    view = keep(examples[0])
    path, body = f"{PATH}/{view.id}", None if method == "DELETE" else examples[1]

    response = client.request(method, path, json=body, headers={"If-Match": '"another"'})

    assert (response.status_code, kept()) == (412, [view])
    seen = {"If-Match": etag_of(view)}
    assert client.request(method, path, json=body, headers=seen).is_success


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_is_not_there_is_404(client: TestClient, examples: Examples, method: str) -> None:
    body = examples[0] if method in {"PUT", "PATCH"} else None

    response = client.request(method, NOWHERE, json=body)

    assert response.status_code == 404


@pytest.mark.parametrize("field", UNIQUE)
def test_a_taken_value_is_409(
    client: TestClient, keep: Keep, kept: Kept, examples: Examples, field: str
) -> None:
    view = keep(examples[0])
    same = {**examples[1], field: examples[0][field]}

    assert client.post(PATH, json=same).status_code == 409

    assert kept() == [view]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("field", UNIQUE)
def test_the_value_of_another_is_409(  # noqa: PLR0913, PLR0917
    client: TestClient, keep: Keep, kept: Kept, examples: Examples, method: str, field: str
) -> None:
    views = [keep(example) for example in examples[:2]]
    same = {**examples[1], field: examples[0][field]}

    response = client.request(method, f"{PATH}/{views[1].id}", json=same)

    assert (response.status_code, kept()) == (409, views)


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PUT", NOWHERE), ("PATCH", NOWHERE)])
def test_what_is_no_value_is_422_and_named(
    client: TestClient, kept: Kept, examples: Examples, method: str, path: str
) -> None:
    fields = [*NewProduct.model_fields, "unknown"]
    for field in fields:
        if field in ANY_JSON:
            continue
        response = client.request(method, path, json={**examples[0], field: {"no": "value"}})

        assert response.status_code == 422
        assert {error["loc"][1] for error in response.json()["detail"]} == {field}
    assert kept() == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_it_is_for_clients_only(app: FastAPI, method: str, path: str) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.request(method, PARAMETER.sub(NOBODY, path)).status_code == 401
