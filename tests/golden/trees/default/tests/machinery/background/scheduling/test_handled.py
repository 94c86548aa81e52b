"""The moment until which the due times of a job are in the ledger."""

from datetime import UTC, datetime, timedelta

from shop.background.scheduling.handled import (
    advance,
    forget,
    handled,
)
from shop.database import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_it_moves_forward_and_never_back(database: Database) -> None:
    """S19: if the clock is set back, the moment does not move back."""
    seen = []

    for until in (NOON, NOON + HOUR, NOON - HOUR):
        with database.transaction() as session:
            advance(session, {"report": until})
        with database.snapshot() as session:
            seen.append(handled(session))

    assert seen == [{"report": at} for at in (NOON, NOON + HOUR, NOON + HOUR)]


def test_each_job_has_its_own(database: Database) -> None:
    with database.transaction() as session:
        advance(session, {"report": NOON})
        advance(session, {"report": NOON + HOUR, "bill": NOON})
    with database.transaction() as session:
        assert handled(session) == {"report": NOON + HOUR, "bill": NOON}
        forget(session, ["report"])
        assert list(handled(session)) == ["bill"]
