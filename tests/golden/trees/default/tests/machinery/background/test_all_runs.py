"""`GET /runs`: what failed last night, and why."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, SecretStr
from sqlalchemy import event
from sqlalchemy.orm import Session

from shop.background import (
    Every,
    Job,
    Task,
    filters,
    history,
    ledger,
)
from shop.background.filters import Filter, Place
from shop.background.listing import counted, page
from shop.background.models import RUNS, Run, State
from shop.background.work import Work
from shop.database import Database
from shop.settings import Settings

KEY = {"X-Ops-Key": "secret"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

Add = Callable[..., str]


class Nothing(BaseModel):
    pass


MAIL = Task(name="mail", payload=Nothing, function=lambda _payload, _context: None)
NIGHTLY = Job(name="nightly", schedule=Every(HOUR), function=lambda _context: None)


@pytest.fixture
def app(app: FastAPI, settings: Settings) -> FastAPI:
    """Give the application a key for operators; nothing runs."""
    settings.ops_api_key = SecretStr("secret")
    settings.runner = settings.scheduler = False
    app.state.registry = {"mail": MAIL, "nightly": NIGHTLY}
    return app


@pytest.fixture
def client(client: TestClient) -> TestClient:
    client.headers.update(KEY)
    return client


@pytest.fixture
def add(database: Database) -> Add:
    """Insert a run that was due some hours after noon; return its id."""

    def add(work: Work = MAIL, state: State = State.FAILED, hour: int = 0, **values: object) -> str:
        with database.transaction() as session:
            due_at = NOON + hour * HOUR
            run_id = ledger.add(session, work, NOON, due_at=due_at, state=state, payload="{}")
            run = session.get_one(Run, run_id)
            for name, value in values.items():
                setattr(run, name, value)
        return str(run_id)

    return add


def listed(client: TestClient, **query: str | list[str]) -> list[str]:
    answer = client.get("/runs", params=query)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return [run["id"] for run in answer.json()]


def test_runs_of_all_jobs_and_tasks_are_listed_newest_due_time_first(
    client: TestClient, add: Add
) -> None:
    """S13: in any state."""
    runs = [add(MAIL, state, hour=hour) for hour, state in enumerate(State)]
    runs.append(add(NIGHTLY, State.SUCCEEDED, hour=99))

    assert listed(client) == runs[::-1]


def test_a_run_is_shown_with_what_an_operator_needs(client: TestClient, add: Add) -> None:
    """S13, T9."""
    run_id = add(error="OSError: the disk", progress='{"done":1.0}', result="[7]")

    ((shown,), found) = client.get("/runs").json(), client.get(f"/runs/{run_id}").json()

    assert shown == found
    assert (shown["kind"], shown["name"], shown["state"]) == ("task", "mail", "failed")
    assert (shown["error"], shown["payload"]) == ("OSError: the disk", "{}")
    assert (shown["progress"], shown["result"]) == ({"done": 1, "total": None, "note": ""}, [7])


def test_what_failed_last_night_and_why_is_one_request(client: TestClient, add: Add) -> None:
    """S13, T9: `from` counts, `to` does not."""
    add(hour=-1)
    night = [add(NIGHTLY, hour=0), add(MAIL, State.LOST, hour=1), add(MAIL, hour=2)]
    add(MAIL, State.SUCCEEDED, hour=1)
    add(hour=3)

    times = {"from": "2026-03-01T13:00:00+01:00", "to": "2026-03-01T15:00:00Z"}

    assert listed(client, state=["failed", "lost"], **times) == night[::-1]
    assert listed(client, state=["failed", "failed"], **times) == [night[2], night[0]]


@pytest.mark.parametrize("state", [None, "failed", ["failed", "succeeded"]])
def test_runs_are_found_by_kind_and_name(
    client: TestClient, add: Add, state: str | list[str] | None
) -> None:
    """S13."""
    job, task = add(NIGHTLY), add(MAIL)
    missed = add(MAIL, State.MISSED, hour=-1)
    query: dict[str, str | list[str]] = {} if state is None else {"state": state}

    assert listed(client, kind="job", **query) == [job]
    assert listed(client, name="mail", **query) == [task, missed][: 2 if state is None else 1]
    assert listed(client, name="mail", kind="job", **query) == []


@pytest.mark.parametrize(
    ("part", "found"), [("the DISK", True), ("100%", True), ("1%f", False), ("d_sk", False)]
)
def test_runs_are_found_by_a_part_of_their_error(
    client: TestClient, add: Add, part: str, *, found: bool
) -> None:
    """T9: case does not matter, and no character means another."""
    run_id = add(error="OSError: The disk is 100% full")
    add(error=None)

    assert listed(client, error=part) == ([run_id] if found else [])
    assert listed(client, error=part, name="mail") == ([run_id] if found else [])


def test_runs_are_found_by_their_batch(client: TestClient, add: Add) -> None:
    """S13: with all other conditions."""
    batch = uuid4()
    values = ({"error": "the disk"}, {"state": State.LOST}, {"hour": -1}, {"work": NIGHTLY})
    failed, lost, early, job = (add(batch_id=batch, **each) for each in values)
    add(batch_id=uuid4())

    def found(**query: str) -> set[str]:
        return set(listed(client, batch=str(batch), **query))

    assert found() == {failed, lost, early, job}
    assert found(state="lost") == {lost}
    assert found(error="disk") == {failed}
    assert found(kind="job") == found(name="nightly") == {job}
    assert found(to="2026-03-01T12:00:00Z") == {early}


@pytest.mark.parametrize("query", [{}, {"name": "mail"}, {"state": ["failed", "lost"]}])
def test_each_page_names_the_next(client: TestClient, add: Add, query: dict[str, Any]) -> None:
    """S13: every run comes once, also of many with the same due time."""
    add(MAIL, State.LOST, hour=1)
    for _ in range(5):
        add()
    every = listed(client, **query)
    assert len(every) == 6

    answer, seen = client.get("/runs", params={**query, "limit": 2}), list[str]()
    while "next" in answer.links:
        seen += [run["id"] for run in answer.json()]
        answer = client.get(answer.links["next"]["url"])

    assert seen + [run["id"] for run in answer.json()] == every
    assert len(answer.json()) == 2


@pytest.mark.parametrize(
    "query",
    [{"kind": "job"}, {"error": "disk"}, {"name": "nightly", "state": "failed"}],
)
def test_one_request_looks_at_a_part_of_the_list_for_what_no_index_finds(
    client: TestClient, add: Add, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: so it does not take longer when more runs are kept."""
    monkeypatch.setattr(filters, "MOST_READ", 3)
    found = [add(NIGHTLY, error="the disk", hour=hour) for hour in (0, 3, 4)]
    for hour in (1, 1, 2, 2, 5):
        add(MAIL, error="the net", hour=hour)

    answer, pages = client.get("/runs", params={**query, "limit": 2}), list[list[str]]()
    while "next" in answer.links:
        pages.append([run["id"] for run in answer.json()])
        answer = client.get(answer.links["next"]["url"])

    assert pages == [[found[2], found[1]], []]
    assert [run["id"] for run in answer.json()] == [found[0]]


@pytest.mark.parametrize(
    ("query", "most", "number"),
    [
        ({}, 7, (7, False)),
        ({}, 6, (6, True)),
        ({"state": ["failed", "lost"]}, 10, (6, False)),
        ({"state": ["failed"], "from": NOON + HOUR}, 10, (2, False)),
        ({"name": "nightly"}, 1, (1, True)),
        ({"name": "nightly", "state": ["failed"]}, 10, (2, False)),
        ({"kind": "job"}, 10, (3, False)),
        ({"dismissed": False}, 10, (7, False)),
        ({"error": "DISK"}, 10, (2, False)),
        ({"before": str(Place(due_at=NOON, id=UUID(int=0))), "limit": 1}, 10, (7, False)),
    ],
)
def test_runs_are_counted_up_to_a_number_that_is_read(
    add: Add, session: Session, query: dict[str, Any], most: int, number: tuple[int, bool]
) -> None:
    """S13: of all pages; `more` says that there may be more of them."""
    for hour in (0, 1):
        add(NIGHTLY, hour=hour, error="the disk")
        add(MAIL, hour=hour)
    add(MAIL, State.LOST)
    add(MAIL, State.LOST)
    add(NIGHTLY, State.SUCCEEDED)

    assert counted(session, Filter.model_validate(query), most) == number


def test_a_page_is_not_moved_by_newer_runs(client: TestClient, add: Add) -> None:
    older = add(hour=0)
    add(hour=1)
    first = client.get("/runs", params={"limit": 1})
    add(hour=2)

    assert [run["id"] for run in client.get(first.links["next"]["url"]).json()] == [older]


def test_the_next_page_is_where_the_application_is(app: FastAPI, add: Add) -> None:
    add()
    add()
    with TestClient(app, root_path="/api", headers=KEY) as client:
        link = client.get("/runs?state=failed&limit=1").headers["Link"]

    assert link.startswith("</api/runs?state=failed&limit=1&before=")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "broken"),
        ("kind", "mail"),
        ("from", "2026-03-01T12:00:00"),
        ("to", "9999-12-31T23:00:00-05:00"),
        ("before", "x"),
        ("before", "e30="),
        ("before", "\u00e9"),
        ("limit", "201"),
        ("limit", "0"),
        ("name", "\0"),
        ("error", "x" * 201),
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, field: str, value: str) -> None:
    """T8."""
    answer = client.get("/runs", params={field: value})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["detail"][0]["loc"][:2] == ["query", field]


def test_only_operators_read_the_list(client: TestClient, add: Add) -> None:
    """T9."""
    run_id = add()
    client.headers.pop("X-Ops-Key")

    for path in ("/runs", f"/runs/{run_id}"):
        assert client.get(path).status_code == HTTPStatus.UNAUTHORIZED


def test_without_a_key_for_operators_details_are_left_out(
    client: TestClient, add: Add, settings: Settings
) -> None:
    """T9: payload, error, worker."""
    run_id = add(error="OSError: the disk", attempt=1, owner="me")
    settings.ops_api_key = None
    client.headers.pop("X-Ops-Key")

    for shown in (client.get("/runs").json()[0], client.get(f"/runs/{run_id}").json()):
        assert (shown["error"], shown["payload"]) == (None, None)
        (attempt,) = shown["attempts"]
        assert (attempt["state"], attempt["error"], attempt["worker"]) == ("failed", None, None)


def test_a_run_that_is_not_there_is_not_found(client: TestClient) -> None:
    run_id = uuid4()

    answer = client.get(f"/runs/{run_id}")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.json() == {"detail": f"no run {run_id}"}


def test_whoever_has_its_id_sees_how_far_a_run_is_and_what_came_out(
    client: TestClient, add: Add
) -> None:
    """T9."""
    run_id = add(MAIL, State.SUCCEEDED, progress='{"done":2.0,"total":2.0}', result='{"sent":2}')
    client.headers.pop("X-Ops-Key")

    shown = client.get(f"/tasks/{run_id}").json()

    assert shown["progress"] == {"done": 2, "total": 2, "note": ""}
    assert (shown["result"], shown["payload"]) == ({"sent": 2}, None)


def test_earlier_attempts_are_shown_with_each_run(
    client: TestClient, add: Add, database: Database
) -> None:
    """S13, T9: wherever it is shown."""
    task, job = (
        add(work, State.FAILED, attempt=1, error="OSError: 1", owner="one", started_at=NOON)
        for work in (MAIL, NIGHTLY)
    )
    with database.transaction() as session:
        history.keep(session, RUNS.c.attempt == 1, NOON)
        for run_id in (task, job):
            run = session.get_one(Run, UUID(run_id))
            run.attempt, run.error, run.owner = 2, "OSError: 2", "two"

    shown = [
        client.get(f"/tasks/{task}").json(),
        client.get(f"/jobs/nightly/runs/{job}").json(),
        *client.get("/jobs/nightly/runs").json(),
        *client.get("/runs").json(),
        *client.get("/tasks/failed").json(),
    ]

    assert len(shown) == 6
    for run in shown:
        assert [(each["number"], each["error"], each["worker"]) for each in run["attempts"]] == [
            (1, "OSError: 1", "one"),
            (2, "OSError: 2", "two"),
        ]


def test_the_retry_of_a_dead_letter_keeps_the_attempt_before(client: TestClient, add: Add) -> None:
    """T9."""
    run_id = add(attempt=1, error="OSError: 1", owner="one", started_at=NOON)

    (attempt,) = client.post(f"/tasks/{run_id}/retry").json()["attempts"]

    assert (attempt["state"], attempt["error"]) == ("failed", "OSError: 1")
    assert attempt["ended_at"] == "2026-03-01T12:00:00Z"
    assert client.get(f"/tasks/{run_id}").json()["state"] == "queued"


@pytest.mark.parametrize("query", [{}, {"state": ["failed"]}, {"name": "mail"}])
def test_of_a_batch_only_its_own_rows_are_read(
    session: Session, query: dict[str, Any], database: Database
) -> None:
    """S13."""
    statement = page(Filter.model_validate({"batch": UUID(int=7), **query}))
    sql = str(statement.compile(database.engine, compile_kwargs={"literal_binds": True}))

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")

    steps = "\n".join(str(row) for row in plan)
    assert set(re.findall(r"ix_fastforge_runs_\w+", steps)) == {"ix_fastforge_runs_batch"}
    assert not re.search("SCAN fastforge_runs|Seq Scan", steps)


@pytest.mark.parametrize(
    ("query", "index", "parts"),
    [
        ({}, "ix_fastforge_runs_state", len(State)),
        ({"from": NOON, "to": NOON + HOUR}, "ix_fastforge_runs_state", len(State)),
        ({"state": ["failed", "lost"]}, "ix_fastforge_runs_state", 2),
        ({"state": ["failed"], "name": "mail"}, "ix_fastforge_runs_state", 1),
        ({"name": "mail"}, "ix_fastforge_runs_history", 1),
        ({"error": "disk", "name": "mail"}, "ix_fastforge_runs_state", len(State) - 1),
    ],
)
@pytest.mark.parametrize("before", [None, Place(due_at=NOON, id=UUID(int=7))])
def test_only_the_rows_of_a_page_are_read(  # noqa: PLR0913, PLR0917
    session: Session,
    database: Database,
    query: dict[str, Any],
    index: str,
    parts: int,
    before: Place | None,
) -> None:
    """S13: each part is in the order of an index, however many runs there are."""
    sent: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, sql, values, _context, _many: sent.append((sql, values)),
    )
    session.execute(page(Filter.model_validate(query | {"before": before and str(before)})))
    statement, values = sent[-1]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    steps = [row[3] for row in plan if "fastforge_runs" in row[3]]

    of_parts = [step for step in steps if index in step]
    by_id = [step for step in steps if index not in step]
    assert len(of_parts) == parts
    assert statement.count("LIMIT") == parts + 3
    assert by_id
    assert all("(id=?)" in step for step in by_id)
    assert all("SEARCH" in step for step in of_parts)
    assert all(("due_at" in step) is (before is not None or "from" in query) for step in of_parts)
