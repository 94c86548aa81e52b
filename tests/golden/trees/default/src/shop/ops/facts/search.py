"""Which runs the list has, as its form and its URL say (S13, T9)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import ColumnElement

from ...background import listing
from ...background.filters import Filter
from ...background.models import LOWER_STATE, Run
from ...background.views import in_utc

EVENING = 18
"""The last night began at this hour, in UTC."""


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Typed = Annotated[datetime, AfterValidator(_with_zone), AfterValidator(in_utc)]
"""A time that a person typed: in UTC, unless it has another zone."""


class Search(Filter):
    """What a person looks for; a field without text says nothing."""

    since: Typed | None = Field(None, alias="from")
    until: Typed | None = Field(None, alias="to")

    @model_validator(mode="before")
    @classmethod
    def leave_out_empty(cls, given: dict[str, object]) -> dict[str, object]:
        """Leave out the fields without text, which a form sends too."""
        return {name: value for name, value in given.items() if value != ""}

    def query(self, **changed: object) -> dict[str, Any]:
        """Return the query of this list, with other values for some fields, or None."""
        fields = self.model_dump(
            mode="json", by_alias=True, exclude_defaults=True, exclude={"before"}
        )
        return fields | {"before": self.before and str(self.before)} | changed


class Chosen(Search, extra="forbid"):
    """Which runs to change. Without a field that is misspelt, more would match."""


def matching(search: Search) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of a search, whatever its page."""
    yield from listing.matching(search)
    if search.state:
        yield LOWER_STATE.in_(search.state)
    if search.batch is not None:
        yield Run.batch_id == search.batch


def beginnings(now: datetime) -> Iterator[tuple[str, str]]:
    """Give times since when a person often looks."""
    evening = now.replace(hour=EVENING, minute=0, second=0) - timedelta(days=1)
    for title, since in (
        ("Last hour", now - timedelta(hours=1)),
        ("Last night", evening),
        ("24 hours", now - timedelta(days=1)),
        ("7 days", now - timedelta(days=7)),
    ):
        yield title, since.replace(microsecond=0).isoformat()
