"""`/jobs` over HTTP, on the real application."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from shop.background import RunContext, ledger
from shop.background.models import Run, State
from shop.background.scheduling import Crontab, Every, Job
from shop.background.scheduling.models import PausedJob
from shop.database import Database
from shop.database.engine import lock_ledger
from shop.main import create_app
from shop.settings import Settings

KEY = {"X-Ops-Key": "the-key"}
HOUR = timedelta(hours=1)

WaitUntil = Callable[[Callable[[], object]], None]


def do_nothing(context: RunContext) -> str:
    """Be the function of a job."""
    return context.due_at.isoformat()


def fail(_context: RunContext) -> None:
    message = "the printer is on fire"
    raise RuntimeError(message)


REPORT = Job(
    name="report",
    description="Sum the day up",
    schedule=Crontab("0 12 * * 1-5", timezone="Europe/Berlin"),
    function=do_nothing,
)
FAILING = Job(name="failing", schedule=Every(HOUR), function=fail)
DISABLED = Job(name="disabled", schedule=Every(HOUR), function=do_nothing, enabled=False)
JOBS = {job.name: job for job in (REPORT, FAILING, DISABLED)}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"ops_api_key": SecretStr(KEY["X-Ops-Key"])})


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.state.registry = JOBS
    return app


@pytest.fixture
def operator(client: TestClient) -> TestClient:
    client.headers.update(KEY)
    return client


def test_jobs_are_listed_with_their_schedule_in_words(operator: TestClient) -> None:
    before = datetime.now(UTC)

    listed = operator.get("/jobs").json()

    assert [job["name"] for job in listed] == ["report", "failing", "disabled"]
    assert listed[0]["description"] == "Sum the day up"
    assert listed[0]["schedule"] == REPORT.schedule.describe()
    assert datetime.fromisoformat(listed[0]["next_run_at"]) == REPORT.schedule.next_after(before)


def test_a_disabled_job_has_no_next_run(operator: TestClient) -> None:
    assert operator.get("/jobs/disabled").json()["next_run_at"] is None


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/jobs/nothing"),
        ("GET", "/jobs/nothing/runs"),
        ("POST", "/jobs/nothing/run"),
        ("POST", f"/jobs/nothing/runs/{UUID(int=7)}/cancel"),
        ("POST", "/jobs/nothing/pause"),
        ("POST", "/jobs/nothing/resume"),
    ],
)
def test_an_unknown_job_is_not_found(operator: TestClient, method: str, path: str) -> None:
    response = operator.request(method, path)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json() == {"detail": "no job named nothing"}


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/jobs"),
        ("GET", "/jobs/report"),
        ("GET", "/jobs/report/runs"),
        ("GET", f"/jobs/report/runs/{UUID(int=7)}"),
        ("POST", f"/jobs/report/runs/{UUID(int=7)}/cancel"),
        ("POST", "/jobs/report/run"),
        ("POST", "/jobs/report/pause"),
        ("POST", "/jobs/report/resume"),
    ],
)
def test_the_key_is_asked_for(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).status_code == HTTPStatus.UNAUTHORIZED


def test_run_now_queues_a_run_that_is_done_at_once(
    operator: TestClient, wait_until: WaitUntil
) -> None:
    accepted = operator.post("/jobs/report/run")

    assert accepted.status_code == HTTPStatus.ACCEPTED
    wait_until(lambda: operator.get("/jobs/report/runs").json()[0]["state"] == "succeeded")
    assert operator.get("/jobs/report/runs").json()[0]["id"] == accepted.json()["id"]


def test_the_id_that_run_now_gives_can_be_looked_up(
    operator: TestClient, wait_until: WaitUntil
) -> None:
    accepted = operator.post("/jobs/failing/run")

    run_id, location = accepted.json()["id"], accepted.headers["Location"]
    assert location == f"/jobs/failing/runs/{run_id}"
    wait_until(lambda: operator.get(location).json()["state"] == "failed")
    shown = operator.get(location).json()
    assert (shown["id"], shown["error"]) == (run_id, "RuntimeError: the printer is on fire")


def test_a_job_is_run_again_for_a_due_time_of_yesterday(
    operator: TestClient, wait_until: WaitUntil, database: Database
) -> None:
    """S13: at once, and not before what has waited longer."""
    began = datetime.now(UTC)

    accepted = operator.post("/jobs/report/run", params={"due_at": "2026-02-28T04:30:00+01:00"})

    assert accepted.status_code == HTTPStatus.ACCEPTED
    assert accepted.json()["due_at"] == "2026-02-28T03:30:00Z"
    location = accepted.headers["Location"]
    wait_until(lambda: operator.get(location).json()["state"] == "succeeded")
    assert operator.get(location).json()["result"] == "2026-02-28T03:30:00+00:00"
    with database.snapshot() as session:
        run = session.get_one(Run, UUID(accepted.json()["id"]))
    assert began <= run.available_at <= datetime.now(UTC)
    assert run.place == run.available_at.timestamp()


def test_a_due_time_may_be_ahead(operator: TestClient, wait_until: WaitUntil) -> None:
    accepted = operator.post("/jobs/report/run", params={"due_at": "2999-01-01T00:00:00Z"})

    location = accepted.headers["Location"]
    wait_until(lambda: operator.get(location).json()["state"] == "succeeded")


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize(
    "due_at",
    ["2026-02-28T03:30:00", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-05:00"],
)
def test_a_due_time_without_a_zone_or_out_of_reach_is_refused(
    operator: TestClient, due_at: str
) -> None:
    """S4."""
    answer = operator.post("/jobs/report/run", params={"due_at": due_at})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["detail"][0]["loc"] == ["query", "due_at"]
    assert operator.get("/jobs/report/runs").json() == []


def test_where_to_look_begins_where_the_application_is(app: FastAPI) -> None:
    with TestClient(app, root_path="/api", headers=KEY) as client:
        accepted = client.post("/jobs/report/run")

    assert accepted.headers["Location"] == f"/api/jobs/report/runs/{accepted.json()['id']}"


def test_a_run_that_waits_is_cancelled_and_its_due_time_is_not_made_up_for(
    operator: TestClient, database: Database
) -> None:
    """S1: the row of the due time stays."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        run_id = ledger.add(session, REPORT, now, due_at=now + HOUR, key="report later")
    path = f"/jobs/report/runs/{run_id}"

    answer = operator.post(f"{path}/cancel")

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert answer.json() == operator.get(path).json()
    assert answer.json()["state"] == "cancelled"
    assert operator.post(f"{path}/cancel").status_code == HTTPStatus.CONFLICT
    with database.transaction() as session:
        assert ledger.add(session, REPORT, now, key="report later") is None


def test_a_run_of_another_job_or_of_none_is_not_found(operator: TestClient) -> None:
    run_id = operator.post("/jobs/report/run").json()["id"]

    for path in (f"failing/runs/{run_id}", f"nothing/runs/{run_id}", f"report/runs/{UUID(int=7)}"):
        assert operator.get(f"/jobs/{path}").status_code == HTTPStatus.NOT_FOUND
        assert operator.post(f"/jobs/{path}/cancel").status_code == HTTPStatus.NOT_FOUND
    assert operator.get("/jobs/report/runs/7").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_job_that_raises_is_recorded_and_does_not_stop_the_next(
    operator: TestClient, wait_until: WaitUntil
) -> None:
    """S14."""
    operator.post("/jobs/failing/run")
    wait_until(lambda: operator.get("/jobs/failing/runs").json()[0]["state"] == "failed")

    operator.post("/jobs/report/run")
    wait_until(lambda: operator.get("/jobs/report/runs").json()[0]["state"] == "succeeded")

    (failed,) = operator.get("/jobs/failing/runs").json()
    assert failed["error"] == "RuntimeError: the printer is on fire"


@pytest.mark.usefixtures("only_requests")  # a runner would prune runs that are so old
def test_runs_are_paged_newest_first(operator: TestClient, database: Database) -> None:
    """S13."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with database.transaction() as session:
        for hours in (1, 3, 2):
            due_at = noon + hours * HOUR
            ledger.add(session, REPORT, noon, due_at=due_at, state=State.MISSED)

    first = operator.get("/jobs/report/runs", params={"limit": 2}).json()
    rest = operator.get("/jobs/report/runs", params={"limit": 2, "offset": 2}).json()

    assert [run["due_at"] for run in first] == ["2026-03-02T15:00:00Z", "2026-03-02T14:00:00Z"]
    assert [run["due_at"] for run in rest] == ["2026-03-02T13:00:00Z"]


def test_a_run_says_how_many_due_times_it_stands_for(
    operator: TestClient, database: Database
) -> None:
    """S20."""
    with database.transaction() as session:
        run_id = ledger.add(session, REPORT, datetime.now(UTC), state=State.MISSED)
        session.get_one(Run, run_id).earlier = 41

    [run] = operator.get("/jobs/report/runs").json()

    assert (run["state"], run["earlier"]) == ("missed", 41)


def test_a_paused_job_stays_paused_until_it_is_resumed(operator: TestClient) -> None:
    paused = operator.post("/jobs/report/pause").json()
    assert (paused["paused"], paused["next_run_at"]) == (True, None)
    assert operator.get("/jobs/report").json() == paused
    assert operator.get("/jobs").json()[0]["paused"]

    resumed = operator.post("/jobs/report/resume").json()
    assert not resumed["paused"]
    assert resumed["next_run_at"]
    assert operator.get("/jobs/report").json()["paused"] is False


def test_pausing_twice_and_resuming_twice_is_fine(operator: TestClient) -> None:
    for action in ("pause", "pause", "resume", "resume"):
        assert operator.post(f"/jobs/report/{action}").status_code == HTTPStatus.OK


def test_two_who_pause_a_job_at_once_are_both_served(
    operator: TestClient, database: Database
) -> None:
    with ThreadPoolExecutor() as pool:
        with database.transaction() as session:
            lock_ledger(session.connection())
            session.add(PausedJob(name="report", paused_at=datetime.now(UTC)))
            session.flush()
            answer = pool.submit(operator.post, "/jobs/report/pause")
            assert not wait([answer], timeout=0.3).done  # it waits for the lock
        assert answer.result().status_code == HTTPStatus.OK


def test_who_resumes_a_job_waits_for_one_who_pauses_it(
    operator: TestClient, database: Database
) -> None:
    operator.post("/jobs/report/pause")
    with ThreadPoolExecutor() as pool:
        with database.transaction() as session:
            lock_ledger(session.connection())
            row = session.get_one(PausedJob, "report")
            answer = pool.submit(operator.post, "/jobs/report/resume")
            assert not wait([answer], timeout=0.3).done
            row.paused_at = datetime.now(UTC)  # this fails if the row was deleted
        assert answer.result().json()["paused"] is False


def test_a_pause_is_seen_by_another_process_and_survives_a_restart(
    settings: Settings, operator: TestClient
) -> None:
    operator.post("/jobs/report/pause")

    with TestClient(create_app(settings, JOBS), headers=KEY) as another:
        assert another.get("/jobs/report").json()["paused"]


def test_without_a_key_set_reads_are_open_but_show_no_details(
    settings: Settings, database: Database
) -> None:
    open_settings = settings.model_copy(update={"ops_api_key": None})
    now = datetime.now(UTC)
    with database.transaction() as session:
        ledger.add(session, REPORT, now, state=State.MISSED, error="a secret")

    with TestClient(create_app(open_settings, JOBS)) as client:
        (run,) = client.get("/jobs/report/runs").json()
        shown = client.get(f"/jobs/report/runs/{run['id']}").json()
        refused = client.post("/jobs/report/run")

    assert (run["state"], run["error"]) == ("missed", None)
    assert shown == run
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert refused.json() == {"detail": "operations are off: set OPS_API_KEY"}
