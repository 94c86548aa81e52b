"""What holds for the task `check_link`; its file says the rest."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import EnumType
from typing import Annotated, Any, get_args
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from sqlalchemy import func, select

from linkwatch.background import Enqueue, RunContext
from linkwatch.background.models import Run
from linkwatch.database import Database
from linkwatch.main import create_app
from linkwatch.modules.links.models import Link
from linkwatch.modules.results.models import Result
from linkwatch.process.discovery import find_work
from linkwatch.settings import Settings
from linkwatch.tasks.check_link import (
    TASK,
    CheckLinkPayload,
    check_link,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIELDS = CheckLinkPayload.model_fields


ANNOTATED: Any = Annotated  # with a type that is known when it runs


def said(part: Any) -> Iterator[Any]:  # noqa: ANN401
    """Give all that an annotation says: types, bounds, and the values that it lists."""
    yield part
    if isinstance(part, EnumType):
        members: list[Any] = list(part)
        yield from (member.value for member in members)
    for inner in (*get_args(part), *getattr(part, "metadata", ())):
        yield from said(inner)


def candidates(field: FieldInfo) -> Iterator[Any]:
    """Give values as JSON has them: its own examples, one of each usual type, and its bounds."""
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    parts = list(said(ANNOTATED[field.annotation, field]))
    given = [getattr(part, name) for part in parts for name in names if hasattr(part, name)]
    bounds = sorted(Decimal(str(n)) for n in given if isinstance(n, int | float | Decimal))
    around = [bound + step for bound in bounds for step in (0, 1, -1, Decimal("0.5"))]
    middle = sum(bounds, Decimal(0)) / (len(bounds) or 1)
    numbers = list(dict.fromkeys([*map(Decimal, (1, 2, 3, 0)), middle, *around]))
    values: list[Any] = [part for part in parts if isinstance(part, str | int)]
    for n in (1, 2, 3):
        values += [f"example {n}", f"ada{n}@example.com", f"https://example.com/{n}", n + 0.5]
        values += [f"2026-03-0{n}T09:30:00Z", f"2026-03-0{n}", f"{n:08}-0000-4000-8000-{n:012}"]
        values += [f"0{n}:30:00", f"P{n}D"]
    values += [True, False, *("x" * int(n) for n in numbers if 0 <= n <= 9999)]
    values += [kind(n) for n in numbers for kind in (int, float)]
    values += [str(n + Decimal("0.50")) for n in numbers] + [str(n) for n in numbers]
    values += [to_jsonable_python(bound) for bound in given]
    yield from (*(field.examples or ()), *values)
    sizes = dict.fromkeys(int(n) for n in numbers if 0 <= n <= 99)
    yield from (*([value] * n for n in sizes for value in values), {"a": [1, None]}, None)


def fitting(field: FieldInfo) -> list[Any]:
    """Give the values that a field takes and gives back as they are."""
    adapter: TypeAdapter[Any] = TypeAdapter(ANNOTATED[field.annotation, field])
    found = []
    for value in candidates(field):
        with suppress(ValidationError):
            kept = adapter.dump_python(adapter.validate_python(value), mode="json")
            if type(kept) is type(value) and kept == value and value not in found:
                found.append(value)
    return found


FITTING = {name: fitting(field) for name, field in FIELDS.items()}
VALID = {name: values[0] for name, values in FITTING.items() if values}


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    """Make what a run is given."""
    return RunContext(UUID(int=7), TASK.name, 1, NOW, settings, database)


@pytest.fixture
def payload() -> CheckLinkPayload:
    """Make what a run is given."""
    return CheckLinkPayload.model_validate(VALID)


def test_discovery_finds_it() -> None:
    assert find_work()[TASK.name] is TASK


def test_a_run_that_is_queued_in_a_transaction_succeeds(
    client: TestClient,
    database: Database,
    payload: CheckLinkPayload,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    with database.transaction() as session:
        run_id = Enqueue.within(session)(TASK, payload).run_id

    wait_until(lambda: client.get(f"/tasks/{run_id}").json()["state"] == "succeeded")


def test_a_run_that_fails_is_tried_again_while_retries_are_left(
    settings: Settings,
    database: Database,
    payload: CheckLinkPayload,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    attempts: list[int] = []

    def fail(_payload: CheckLinkPayload, context: RunContext) -> None:
        attempts.append(context.attempt)
        raise ConnectionError

    retries = min(TASK.retries, 3)
    failing = replace(TASK, function=fail, retries=retries, retry_delay=timedelta(0), final=())
    app = create_app(settings, {TASK.name: failing})
    with database.transaction() as session:
        location = f"/tasks/{Enqueue.within(session)(failing, payload).run_id}"
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        wait_until(lambda: client.get(location).json()["state"] == "failed")

    assert attempts == list(range(1, retries + 2))


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_no_value_is_refused_by_name(field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        CheckLinkPayload.model_validate({**VALID, field: {"no": "value"}})

    assert {error["loc"][:1] for error in raised.value.errors()} == {(field,)}


@pytest.mark.parametrize("field", FIELDS)
def test_what_must_be_given_is_named_and_the_rest_has_its_default(field: str) -> None:
    others = {name: VALID[name] for name in VALID if name != field}

    if FIELDS[field].is_required():
        with pytest.raises(ValidationError) as raised:
            CheckLinkPayload.model_validate(others)
        assert [error["loc"] for error in raised.value.errors()] == [(field,)]
    else:
        usual = FIELDS[field].get_default(call_default_factory=True)
        assert getattr(CheckLinkPayload.model_validate(others), field) == usual


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_stored_of_a_payload_is_read_back(field: str) -> None:
    for value in FITTING[field]:
        given = CheckLinkPayload.model_validate({**VALID, field: value})

        assert CheckLinkPayload.model_validate_json(TASK.dump(given)) == given


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        CheckLinkPayload.model_validate({**VALID, "Unknown": 1})

    assert [error["loc"] for error in raised.value.errors()] == [("Unknown",)]


@pytest.fixture
def link(database: Database) -> Link:
    """Keep a link of ada, who wants mail about it."""
    values = {"label": "Example", "url": "https://example.com/", "notify": "ada@example.com"}
    with database.transaction() as session:
        link = Link(owner="ada", active=True, **values)
        session.add(link)
    return link


def check(link: Link, context: RunContext, status: int) -> None:
    """Check it by this run while its site answers so; 0 stands for no answer."""

    def answer(_request: httpx2.Request) -> httpx2.Response:
        if not status:
            raise httpx2.ConnectError("no such host")
        return httpx2.Response(status)

    check_link(CheckLinkPayload(link_id=link.id), context, httpx2.MockTransport(answer))


def check_often(link: Link, context: RunContext, *statuses: int) -> None:
    """Check it by a run of its own for each of these."""
    for status in statuses:
        check(link, replace(context, run_id=uuid4()), status)


def mails(database: Database) -> list[str]:
    """Give the mails that were queued, the oldest first."""
    with database.snapshot() as session:
        queued = select(Run).filter_by(name="send_email").order_by(Run.created_at)
        return [str(run.payload) for run in session.scalars(queued)]


def test_each_check_is_kept_for_the_owner_of_the_link(
    link: Link, context: RunContext, database: Database
) -> None:
    check_often(link, context, 200, 404, 0)

    with database.snapshot() as session:
        results = session.scalars(select(Result).order_by(Result.created_at)).all()
    assert {(result.owner, result.link_id) for result in results} == {("ada", link.id)}
    assert [(result.ok, result.status, result.error) for result in results] == [
        *((True, 200, None), (False, 404, None), (False, None, "ConnectError")),
    ]


def test_a_mail_is_queued_when_a_link_breaks_and_when_it_works_again(
    link: Link, context: RunContext, database: Database
) -> None:
    check_often(link, context, 200, 404, 0, 204, 200)

    broken, works = mails(database)
    assert "A link is broken" in broken
    assert "Example: it answers 404" in broken
    assert "A link works again" in works


def test_a_link_that_never_worked_is_told_of_once(
    link: Link, context: RunContext, database: Database
) -> None:
    check_often(link, context, 0, 0)

    [mail] = mails(database)
    assert "Example: ConnectError" in mail


def test_a_run_that_is_repeated_keeps_and_mails_nothing_more(
    link: Link, context: RunContext, database: Database
) -> None:
    for status in (500, 200):
        check(link, context, status)

    with database.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Result)) == 1
    assert len(mails(database)) == 1


def test_a_link_that_is_off_is_not_asked(
    link: Link, context: RunContext, database: Database
) -> None:
    with database.transaction() as session:
        session.merge(link).active = False

    check(link, context, 500)

    assert mails(database) == []


def test_nobody_is_told_who_does_not_want_it(
    link: Link, context: RunContext, database: Database
) -> None:
    with database.transaction() as session:
        session.merge(link).notify = None

    check(link, context, 500)

    assert mails(database) == []
