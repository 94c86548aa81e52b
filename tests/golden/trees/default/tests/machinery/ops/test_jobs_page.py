"""`/ops/jobs`: when jobs are due, how they went; pause, resume, run now."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from shop.background.models import Run, State
from shop.background.scheduling import Crontab, Every, Job, Once
from shop.background.scheduling.models import PausedJob
from shop.database import Database
from shop.settings import Settings

HOUR = timedelta(hours=1)
Add = Callable[..., UUID]
TextOf = Callable[[str], str]


def do_nothing(_context: object) -> None:
    """Be the function of a job."""


REPORT = Job(
    name="report",
    description="Sum the day up <b>",
    schedule=Crontab("0 12 * * 1-5", timezone="Europe/Berlin"),
    function=do_nothing,
)
HOURLY = Job(name="hourly", schedule=Every(HOUR), function=do_nothing)
OVER = Job(name="over", schedule=Once(datetime(2026, 3, 1, tzinfo=UTC)), function=do_nothing)
OFF = Job(name="off", schedule=Every(HOUR), function=do_nothing, enabled=False)


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.state.registry = {job.name: job for job in (REPORT, HOURLY, OVER, OFF)}
    return app


def row(client: TestClient, name: str) -> str:
    """Return the row of a job, as HTML."""
    answer = client.get("/ops/jobs")
    assert answer.status_code == HTTPStatus.OK, answer.text
    rows = re.findall("<tr>.*?</tr>", answer.text, re.DOTALL)
    (found,) = [row for row in rows if f'?name={name}"' in row]
    return str(found)


def test_each_job_shows_its_schedule_and_the_next_due_times(
    operator: TestClient, text_of: TextOf
) -> None:
    """S3, S4."""
    shown = row(operator, "report")

    due = [datetime.fromisoformat(moment) for moment in re.findall('datetime="(.*?)"', shown)]
    assert len(due) == 5
    for before, after in zip([datetime.now(UTC), *due], due, strict=False):
        assert after == REPORT.schedule.next_after(before)
        assert after.utcoffset() == timedelta(0)
    text = text_of(shown)
    assert text.startswith("report Sum the day up <b> ")
    assert f"{REPORT.schedule.describe()} Zone: Europe/Berlin" in text
    assert "every 1 hour Zone: UTC" in text_of(row(operator, "hourly"))


def test_a_job_that_is_never_due_again_says_so(operator: TestClient, text_of: TextOf) -> None:
    assert "never again" in text_of(row(operator, "over"))
    assert "disabled in the code" in text_of(row(operator, "off"))


def test_the_last_runs_of_each_job_are_a_strip(
    operator: TestClient, add: Add, text_of: TextOf
) -> None:
    """S13: 20 at most, the newest first; the last that ended tells how long it took."""
    now = datetime.now(UTC)
    for hours in range(30):
        times = {"started_at": now, "finished_at": now + 4 * HOUR}
        add(HOURLY, State.SUCCEEDED, due_at=now - (3 + hours) * HOUR, **times)
    took = timedelta(seconds=75)
    times = {"started_at": now, "finished_at": now + took}
    newest = add(HOURLY, State.TIMED_OUT, due_at=now - 2 * HOUR, **times)
    add(HOURLY, State.SKIPPED, due_at=now - HOUR)
    add(HOURLY, State.RUNNING, due_at=now, started_at=now)
    add(REPORT, State.FAILED)

    shown = row(operator, "hourly")

    text = text_of(shown)
    assert "running skipped timed out ok ok" in text
    assert text.count(" ok") == 17
    assert "ok 1 min 15 s" in text
    assert f'<a class="state state-timed_out" href="/ops/runs/{newest}" ' in shown
    assert "no run yet" in text_of(row(operator, "over"))


def test_a_job_is_paused_and_resumed(
    operator: TestClient, database: Database, text_of: TextOf
) -> None:
    """S5: its due times pass meanwhile."""
    paused = operator.post("/ops/jobs/report/pause", follow_redirects=False)

    assert paused.status_code == HTTPStatus.SEE_OTHER
    assert paused.headers["Location"] == "/ops/jobs?did=pause&count=1"
    with database.snapshot() as session:
        assert session.scalars(select(PausedJob.name)).all() == ["report"]
    shown = row(operator, "report")
    assert "paused since" in text_of(shown)
    assert "/ops/jobs/report/pause" not in shown

    resumed = operator.post("/ops/jobs/report/resume", follow_redirects=False)

    assert resumed.headers["Location"] == "/ops/jobs?did=resume&count=1"
    assert "paused" not in text_of(row(operator, "report"))
    assert "/ops/jobs/report/resume" not in row(operator, "report")


def test_a_job_is_run_now(operator: TestClient, database: Database) -> None:
    """S13."""
    answer = operator.post("/ops/jobs/report/run", follow_redirects=False)

    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.headers["Location"] == "/ops/jobs?did=run&count=1"
    with database.snapshot() as session:
        run = session.scalars(select(Run)).one()
    assert (run.name, run.kind, run.state) == ("report", "job", State.QUEUED)


def test_who_may_only_look_gets_no_buttons(
    client: TestClient, settings: Settings, database: Database
) -> None:
    settings.ops_read_key = SecretStr("look")
    client.headers["X-Ops-Key"] = "look"

    assert "<form" not in row(client, "report")
    assert client.post("/ops/jobs/report/pause").status_code == HTTPStatus.FORBIDDEN
    with database.snapshot() as session:
        assert session.scalars(select(PausedJob.name)).all() == []


@pytest.mark.parametrize("verb", ["pause", "resume", "run"])
def test_an_unknown_job_is_not_found(operator: TestClient, verb: str) -> None:
    assert operator.post(f"/ops/jobs/nothing/{verb}").status_code == HTTPStatus.NOT_FOUND


def test_a_service_without_jobs_says_so(app: FastAPI, text_of: TextOf) -> None:
    app.state.registry = {}
    with TestClient(app, headers={"X-Ops-Key": "secret"}) as client:
        assert "The code has no jobs." in text_of(client.get("/ops/jobs").text)
