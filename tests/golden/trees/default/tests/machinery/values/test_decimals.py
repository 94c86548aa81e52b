"""JSON never changes a decimal without an error."""

from decimal import Decimal

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from shop.values.decimals import JsonDecimal
from shop.web import errors

BODY, JSON = '{"price": %s}', {"Content-Type": "application/json"}


class Priced(BaseModel):
    """One price, and many."""

    price: JsonDecimal
    prices: list[JsonDecimal] = []


@pytest.fixture
def shop() -> TestClient:
    """Make a service that returns the price it gets."""
    app = FastAPI()
    errors.install(app)

    @app.post("/")
    def echo(priced: Priced) -> Decimal:
        return priced.price

    return TestClient(app)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('"12.50"', "12.50"),
        ('"1234567890123456789012.345"', "1234567890123456789012.345"),
        ("12.5", "12.5"),
        ("0.1", "0.1"),
        ("-999999999999.999", "-999999999999.999"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_what_is_sent_is_kept_to_the_last_digit(shop: TestClient, sent: str, kept: str) -> None:
    response = shop.post("/", content=BODY % sent, headers=JSON)

    assert response.json() == kept


@pytest.mark.parametrize(
    "sent",
    ["1234567890123456.78", "0.1234567890123456", "1000000000000000.01", "1e300", "1e999", "NaN"],
)
def test_a_number_that_may_have_been_rounded_is_refused(shop: TestClient, sent: str) -> None:
    response = shop.post("/", content=BODY % sent, headers=JSON)

    [problem] = response.json()["detail"]
    assert (response.status_code, problem["loc"]) == (422, ["body", "price"])
    assert problem["msg"].endswith("a number of more than 15 digits is rounded: send it as text")


def test_the_document_says_how_to_send_it() -> None:
    properties = Priced.model_json_schema()["properties"]

    for described in (properties["price"], properties["prices"]["items"]):
        assert described["description"].startswith('Send it as text, such as "12.50"')
