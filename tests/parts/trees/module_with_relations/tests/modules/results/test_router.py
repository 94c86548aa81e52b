"""`/results`, from the request to the table and back."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from shop.modules.results.router import nested, router
from shop.modules.results.schemas import NewResult, ResultView
from shop.web import callers
from shop.web.etags import etag_of
from shop.web.security import guard_client

PATH = router.prefix
NOBODY = "00000000-0000-0000-0000-000000000007"
NOWHERE = f"{PATH}/{NOBODY}"
PARAMETER = re.compile(r"\{\w+\}")
OPERATIONS = [
    (method, route.path)
    for route in (*router.routes, *nested.routes)
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]

Examples = list[dict[str, object]]
Keep = Callable[[dict[str, object]], ResultView]
Kept = Callable[[], list[ResultView]]


def test_one_is_made(client: TestClient, kept: Kept, examples: Examples) -> None:
    response = client.post(PATH, json=examples[0])

    assert response.status_code == 201
    assert response.json().items() >= examples[0].items()
    assert kept() == [ResultView.model_validate(response.json())]
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


@pytest.mark.parametrize("method", ["GET"])
def test_what_is_not_there_is_404(client: TestClient, examples: Examples, method: str) -> None:
    body = examples[0] if method in {"PUT", "PATCH"} else None

    response = client.request(method, NOWHERE, json=body)

    assert response.status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", PATH)])
def test_what_is_no_value_is_422_and_named(
    client: TestClient, kept: Kept, examples: Examples, method: str, path: str
) -> None:
    fields = [*NewResult.model_fields, "unknown"]
    for field in fields:
        response = client.request(method, path, json={**examples[0], field: {"no": "value"}})

        assert response.status_code == 422
        assert {error["loc"][1] for error in response.json()["detail"]} == {field}
    assert kept() == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_it_is_for_clients_only(app: FastAPI, method: str, path: str) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.request(method, PARAMETER.sub(NOBODY, path)).status_code == 401


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_client_needs_the_scope_that_the_document_names(
    app: FastAPI, method: str, path: str
) -> None:
    security = app.openapi()["paths"][path][method.lower()]["security"]
    needed = {scope for scheme in security for scopes in scheme.values() for scope in scopes}
    scopes = iter([frozenset({"another:scope"}), frozenset(needed)])
    app.dependency_overrides[guard_client] = lambda: callers.Caller("ada", next(scopes))

    with TestClient(app) as client:
        refused, answered = (client.request(method, PARAMETER.sub(NOBODY, path)) for _ in range(2))

    assert needed
    assert (refused.status_code, answered.status_code in {401, 403}) == (403, False)
