"""`POST /notify`, from the request to the entry in the ledger."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from shop.background.models import Run
from shop.database import Database

MAIL = {"to": "ada@example.com", "subject": "Hello", "body": "How are you?"}


def test_a_notification_is_accepted_with_the_id_and_the_location_of_its_run(
    client: TestClient,
) -> None:
    response = client.post("/notify", json=MAIL)

    assert response.status_code == 202
    run_id = response.json()["run_id"]
    assert response.headers["Location"] == f"/tasks/{run_id}"
    assert client.get(f"/tasks/{run_id}").json()["name"] == "send_email"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "ada@example.com\nBcc: eve@example.com"),
        ("subject", "Hello\nBcc: eve@example.com"),
        ("bcc", "eve@example.com"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_queued(
    client: TestClient, database: Database, field: str, value: str
) -> None:
    """T8: invalid input never reaches the task."""
    response = client.post("/notify", json={**MAIL, field: value})

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["body", field]]
    with database.snapshot() as session:
        assert session.scalars(select(Run).where(Run.name == "send_email")).all() == []
