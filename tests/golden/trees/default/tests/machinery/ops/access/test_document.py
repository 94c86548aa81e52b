"""The OpenAPI document tells the truth about the page."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

ERRORS = {"401", "403", "404", "409", "413", "422", "429", "503"}
HTML = "text/html"


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/ops", "get", {"200", "303"}),
        ("/ops/login", "get", {"200"}),
        ("/ops/login", "post", {"303"}),
        ("/ops/-/thing", "post", {"303"}),
    ],
)
def test_a_route_answers_with_pages_only(
    app: FastAPI, path: str, method: str, statuses: set[str]
) -> None:
    responses = app.openapi()["paths"][path][method]["responses"]

    assert set(responses) == ERRORS | statuses
    without = {status for status in responses if HTML not in responses[status].get("content", {})}
    assert without == statuses & {"303"}


def test_every_route_but_those_around_the_login_needs_a_key(app: FastAPI) -> None:
    """A new route has its guard by default."""
    paths = app.openapi()["paths"]
    guarded = {
        path: operation.get("security")
        for path, operations in paths.items()
        for operation in operations.values()
        if "ops" in operation.get("tags", [])
    }
    open_ = {path for path, security in guarded.items() if {"session": []} not in (security or [])}

    assert open_ == {"/ops/login", "/ops/logout", "/ops/static/{file}"}


def test_the_fields_of_a_form_are_in_the_document(app: FastAPI) -> None:
    body = app.openapi()["paths"]["/ops/login"]["post"]["requestBody"]["content"]

    assert body == {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "next": {"type": "string"}},
            }
        }
    }


@pytest.mark.parametrize("verb", ["retry", "cancel", "dismiss"])
def test_no_route_answers_for_a_method_that_the_document_does_not_have(
    client: TestClient, verb: str
) -> None:
    response = client.get(f"/ops/runs/{verb}")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
