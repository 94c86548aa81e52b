"""Dead letters in bulk: retry or dismiss all that match a filter (T9)."""

# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr
from sqlalchemy import ColumnElement, event, make_url, select, text
from sqlalchemy.orm import Session

from shop.background import Enqueue, Task, changing, ledger
from shop.background.filters import Matching
from shop.background.listing import conditions
from shop.background.models import Run, State, place
from shop.database import Database
from shop.settings import Settings

KEY = {"X-Ops-Key": "secret"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Nothing(BaseModel):
    pass


MAIL = Task(name="mail", payload=Nothing, function=lambda _payload, _context: None, priority=3)
SYNC = Task(name="sync", payload=Nothing, function=lambda _payload, _context: None)


@pytest.fixture
def app(app: FastAPI, settings: Settings) -> FastAPI:
    """Give the application two tasks and a key for operators."""
    settings.ops_api_key = SecretStr("secret")
    settings.runner = settings.scheduler = False
    app.state.registry = {"mail": MAIL, "sync": SYNC}
    return app


@pytest.fixture
def letters(client: TestClient, database: Database) -> dict[str, UUID]:
    """Add three dead letters, and runs that are none."""
    assert client.get("/health/live").is_success
    failed = partial(ledger.add, state=State.FAILED)
    with database.transaction() as session:
        added = {
            "mail at noon": failed(session, MAIL, NOON, error="OSError: No Route"),
            "mail later": failed(session, MAIL, NOON + HOUR, error="100%"),
            "sync": ledger.add(session, SYNC, NOON, error="no route", state=State.LOST),
        }
        dismissed = failed(session, MAIL, NOON, error="no route")
        session.get_one(Run, dismissed).dismissed_at = NOON
        job = failed(session, SYNC, NOON, error="no route")
        session.get_one(Run, job).kind = "job"
        ledger.add(session, MAIL, NOON, state=State.SUCCEEDED)
    return {name: run_id for name, run_id in added.items() if run_id is not None}


@pytest.fixture
def ids(database: Database) -> Callable[..., set[UUID]]:
    """Read the ids of the runs that match."""

    def read(*which: ColumnElement[bool]) -> set[UUID]:
        with database.snapshot() as session:
            return set(session.scalars(select(Run.id).where(*which)))

    return read


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["mail at noon", "mail later", "sync"]),
        ({"name": "mail"}, ["mail at noon", "mail later"]),
        ({"error": "NO route"}, ["mail at noon", "sync"]),
        ({"error": "%"}, ["mail later"]),
        ({"name": "mail", "error": "route"}, ["mail at noon"]),
        ({"from": "2026-03-01T13:00:00Z"}, ["mail later"]),
        ({"to": "2026-03-01T14:00:00+01:00"}, ["mail at noon", "sync"]),
        ({"name": "other"}, []),
    ],
)
@pytest.mark.parametrize("what", ["retry", "dismiss"])
def test_all_that_match_are_changed_and_no_others(
    what: str,
    query: dict[str, str],
    names: list[str],
    client: TestClient,
    letters: dict[str, UUID],
    ids: Callable[..., set[UUID]],
) -> None:
    answer = client.post(f"/tasks/failed/{what}", params=query, headers=KEY)

    assert answer.status_code == (HTTPStatus.ACCEPTED if what == "retry" else HTTPStatus.OK)
    assert answer.json() == {"changed": len(names), "more": False}
    new = Run.state == State.QUEUED if what == "retry" else Run.dismissed_at > NOON
    assert ids(new) == {letters[name] for name in names}


def test_what_is_retried_waits_as_if_it_were_new_and_keeps_its_past(
    client: TestClient, letters: dict[str, UUID], find: Callable[[UUID], Run]
) -> None:
    with_past = f"/tasks/{letters['mail later']}"
    asked = datetime.now(UTC)

    client.post("/tasks/failed/retry", headers=KEY)

    run = find(letters["mail later"])
    assert (run.error, run.finished_at) == (None, None)
    assert run.available_at >= asked
    assert run.place == pytest.approx(place(run.available_at, 3))
    assert [each["error"] for each in client.get(with_past, headers=KEY).json()["attempts"]] == [
        "100%"
    ]


@pytest.mark.parametrize("what", ["retry", "dismiss"])
def test_a_part_at_a_time_is_changed_the_oldest_first(
    what: str,
    client: TestClient,
    database: Database,
    letters: dict[str, UUID],
    ids: Callable[..., set[UUID]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 2)
    newest, *older = sorted(letters.values())  # not in the order of their ids
    with database.transaction() as session:
        for hour, run_id in enumerate([*older, newest]):
            session.get_one(Run, run_id).finished_at = NOON + hour * HOUR
    changed = Run.state == State.QUEUED if what == "retry" else Run.dismissed_at > NOON

    def change() -> tuple[int, bool]:
        answer = client.post(f"/tasks/failed/{what}", headers=KEY).json()
        return answer["changed"], answer["more"]

    assert change() == (2, True)
    assert ids(changed) == set(older)
    assert change() == (1, False)
    assert change() == (0, False)
    assert ids(changed) == set(letters.values())


def test_after_as_many_as_are_changed_at_once_there_are_no_more(
    client: TestClient, letters: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "MOST_AT_ONCE", len(letters))

    answer = client.post("/tasks/failed/retry", headers=KEY)

    assert answer.json() == {"changed": len(letters), "more": False}


def test_one_request_locks_few_rows_and_waits_for_none(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 2)
    sent: list[Any] = []
    event.listen(session, "do_orm_execute", lambda state: sent.append(state.statement))

    changing.retry(session, Run.kind == "task")

    dialect = make_url("postgresql://").get_dialect()()
    sql = str(sent[0].compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    assert sql.endswith("LIMIT 3 FOR UPDATE SKIP LOCKED")


def test_one_request_cancels_as_few(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 2)
    sent: list[Any] = []
    event.listen(session, "do_orm_execute", lambda state: sent.append(state.statement))

    changing.cancel(session, Run.kind == "task")

    literal = {"literal_binds": True}
    selects = [str(each.compile(session.connection(), compile_kwargs=literal)) for each in sent[:2]]
    assert ["LIMIT 3" in sql for sql in selects] == [True, True]


@pytest.mark.parametrize(
    ("change", "indexes"),
    [
        (changing.retry, {"dead"}),
        (changing.dismiss, {"dead"}),
        (changing.cancel, {"dead", "claim"}),
    ],
)
def test_of_the_ledger_only_runs_that_may_be_changed_are_read(
    session: Session, change: Callable[..., object], indexes: set[str]
) -> None:
    """However many succeeded."""
    sent: list[Any] = []
    event.listen(session, "do_orm_execute", lambda state: sent.append(state.statement))
    session.execute(text("SET LOCAL enable_seqscan = off"))  # in small tables it is as quick
    sent.clear()
    which = Matching.model_validate({"name": "mail", "error": "disk"})

    change(session, Run.kind == "task", *conditions(which))

    steps = []
    for statement in sent[: len(indexes)]:
        sql = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = session.connection().exec_driver_sql(f"EXPLAIN {sql}")
        steps += [str(row) for row in plan if "fastforge_runs" in str(row)]
    assert len(steps) == len(indexes)
    assert {index for index in indexes if f"_runs_{index}" in "".join(steps)} == indexes


@pytest.mark.parametrize("path", ["/tasks/failed/dismiss", "/tasks/{}/dismiss"])
def test_a_batch_whose_last_run_is_dismissed_ends(
    path: str, client: TestClient, database: Database, ids: Callable[..., set[UUID]]
) -> None:
    """What a shutdown interrupted may be run again until then."""
    with database.transaction() as session:
        queued = Enqueue.within(session).many(MAIL, [Nothing()], then=(SYNC, Nothing()))
        run = session.get_one(Run, queued.run_ids[0])
        run.state, run.finished_at = State.INTERRUPTED, NOON

    client.post(path.format(run.id), headers=KEY).raise_for_status()

    assert ids(Run.name == "sync") == {queued.batch_id}


@pytest.mark.parametrize("what", ["retry", "dismiss"])
def test_only_operators_change_dead_letters(
    what: str, client: TestClient, letters: dict[str, UUID], ids: Callable[..., set[UUID]]
) -> None:
    before = ids(Run.state == State.FAILED, Run.dismissed_at.is_(None))

    assert client.post(f"/tasks/failed/{what}").status_code == HTTPStatus.UNAUTHORIZED

    assert letters["mail later"] in before
    assert ids(Run.state == State.FAILED, Run.dismissed_at.is_(None)) == before


@pytest.mark.parametrize("query", [{"nmae": "mail"}, {"from": "2026-03-01"}, {"name": "x" * 201}])
def test_a_filter_that_says_nothing_changes_nothing(
    query: dict[str, str],
    client: TestClient,
    letters: dict[str, UUID],
    ids: Callable[..., set[UUID]],
) -> None:
    """A misspelt name would match all."""
    answer = client.post("/tasks/failed/dismiss", params=query, headers=KEY)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert ids(Run.dismissed_at > NOON, Run.id.in_(letters.values())) == set()


def test_those_that_are_due_first_are_cancelled_first(
    session: Session, insert_run: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T9: so that each request goes on where the one before ended."""
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 2)
    waits = {"owner": None, "held_by": None, "attempt": 0, "started_at": None}
    late, soon, now = (
        insert_run(MAIL, State.QUEUED, available_at=NOON + hours * HOUR, **waits)
        for hours in (2, 1, 0)
    )

    assert changing.cancel(session, Run.kind == "task") == changing.Changed(2, more=True)

    states = dict(session.execute(select(Run.id, Run.state)).all())
    assert states == {late: State.QUEUED, soon: State.CANCELLED, now: State.CANCELLED}
