"""What this service does when a run has failed for good."""

import logging
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from shop.background import DeadLetter, Enqueue
from shop.background.models import Run, State
from shop.database import Database
from shop.dead_letters import on_dead_letter
from shop.process.discovery import find_on_dead_letter
from shop.settings import Settings
from shop.tasks.post_alert import TASK, Alert

ID = UUID(int=7)


def test_it_is_found() -> None:
    assert find_on_dead_letter() is on_dead_letter


@pytest.mark.parametrize(
    ("url", "name", "count"),
    [
        ("https://chat.example.com/hook", "send_email", 1),
        ("https://chat.example.com/hook", "post_alert", 0),
        (None, "send_email", 0),
    ],
)
def test_it_is_logged_and_an_alert_is_queued_if_there_is_a_webhook(  # noqa: PLR0913, PLR0917
    url: str | None,
    name: str,
    count: int,
    database: Database,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An alert that fails raises no other."""
    values: dict[str, Any] = settings.model_dump() | {"alert_webhook_url": url}
    configured = Settings.model_validate(values)
    dead = DeadLetter(ID, "task", name, State.FAILED, 1, "OSError: down", configured)
    with database.transaction() as session:
        on_dead_letter(dead, Enqueue.within(session))

    [record] = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, str(dead))
    with database.snapshot() as session:
        alerts = session.scalars(select(Run).where(Run.name == "post_alert")).all()
    assert [run.payload for run in alerts] == [TASK.dump(Alert(text=str(dead), run_id=ID))] * count
