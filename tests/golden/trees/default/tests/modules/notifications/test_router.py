"""`POST /notify`, from the request to the entry in the ledger."""

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from shop.background.models import Run
from shop.database import Database
from shop.settings import Settings

pytestmark = pytest.mark.usefixtures("only_requests")
JSON = {"Content-Type": "application/json"}
MAIL = {"email": "test@ex.com", "message": "Hello"}


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
        ("email", "ada@example.com\nBcc: eve@example.com"),
        ("email", "j\u00fcrgen@example.com"),
        ("subject", "Hello\nBcc: eve@example.com"),
        ("message", "\ud83d"),
        ("bcc", "eve@example.com"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_queued(
    client: TestClient, database: Database, field: str, value: str
) -> None:
    """T8: invalid input never reaches the task."""
    response = client.post("/notify", content=json.dumps({**MAIL, field: value}), headers=JSON)

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["body", field]]
    with database.snapshot() as session:
        assert session.scalars(select(Run).where(Run.name == "send_email")).all() == []


def test_while_mail_is_off_nothing_is_taken_that_would_not_be_sent(
    settings: Settings, client: TestClient, database: Database
) -> None:
    """T13."""
    settings.mail_to_log = False

    response = client.post("/notify", json=MAIL)

    detail = "mail is off: set SMTP_URL, or MAIL_TO_LOG=true to have mails in the log only"
    assert (response.status_code, response.json()) == (503, {"detail": detail})
    with database.snapshot() as session:
        assert session.scalars(select(Run).where(Run.name == "send_email")).all() == []


def test_mail_is_for_clients_only(app: FastAPI) -> None:
    with TestClient(app, client=("192.0.2.7", 50000)) as elsewhere:
        assert elsewhere.post("/notify", json=MAIL).status_code == 401
