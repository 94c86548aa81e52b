"""Runs are retried, cancelled and dismissed, some or all that match."""

# ruff: noqa: PLR0913, PLR0917 (fixtures are arguments)
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from shop.background import AcceptedMany, changing
from shop.background.models import DEAD_LETTERS, State
from shop.background.runner import Runner
from shop.settings import Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Add = Callable[..., UUID]

States = Callable[[], dict[UUID, State | None]]
UNENDED = (State.SCHEDULED, State.QUEUED, State.RUNNING)
MAY_CHANGE = {
    "retry": DEAD_LETTERS,
    "dismiss": DEAD_LETTERS,
    "cancel": (*UNENDED, State.INTERRUPTED),
}
EVERY_VERB = pytest.mark.parametrize("verb", MAY_CHANGE)


def told(client: TestClient, url: str, **form: object) -> tuple[str, int, bool]:
    """Send a form; return what the next page tells: verb, number, whether there are more."""
    answer = client.post(url, data=form)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return query["did"][0], int(query["count"][0]), "more" in query


@EVERY_VERB
@pytest.mark.parametrize("job", [True, False])
def test_those_that_are_chosen_are_changed_if_their_state_allows_it(
    verb: str, client: TestClient, add: Add, states: States, *, job: bool
) -> None:
    """T4, T9."""
    runs = {state: add(state, job=job) for state in State}
    others = [add(state, job=job) for state in State]
    dismissed = add(dismissed_at=NOON)
    before = states()

    done = told(client, f"/ops/runs/{verb}", id=[*map(str, runs.values()), str(dismissed)])

    assert done == (verb, len(MAY_CHANGE[verb]), False)
    new = {"retry": State.QUEUED, "dismiss": None, "cancel": State.CANCELLED}[verb]
    may_change = {runs[state]: new for state in MAY_CHANGE[verb]}
    if verb == "cancel":
        may_change[runs[State.RUNNING]] = State.RUNNING  # it is asked to stop
    assert states() == before | may_change
    assert len(others) == len(State)


@EVERY_VERB
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["mail", "job", "error", "late"]),
        ("?state=interrupted&state=succeeded", ["mail", "job", "error", "late"]),
        ("?state=succeeded", []),
        ("?kind=job", ["job"]),
        ("?name=mail&limit=1", ["mail", "error", "late"]),
        ("?error=disk", ["error"]),
        ("?from=2026-03-01T14:00Z&name=", ["late"]),
    ],
)
def test_all_that_match_are_changed_and_no_others(
    verb: str, query: str, names: list[str], client: TestClient, add: Add, states: States
) -> None:
    """T9: whatever their page is."""
    cut_off = State.INTERRUPTED
    runs = {
        "mail": add(cut_off),
        "job": add(cut_off, job=True),
        "error": add(cut_off, error="The disk"),
        "late": add(cut_off, hour=2),
    }
    done = add(State.SUCCEEDED)

    assert told(client, f"/ops/runs/{verb}{query}", all="1") == (verb, len(names), False)

    assert {name for name, run_id in runs.items() if states()[run_id] is not cut_off} == set(names)
    assert states()[done] is State.SUCCEEDED


def test_all_of_a_batch_are_cancelled(
    client: TestClient, add_batch: Callable[[int], AcceptedMany], add: Add, states: States
) -> None:
    """And what was to follow follows."""
    other = add(State.QUEUED)
    batch = add_batch(2)

    assert told(client, f"/ops/runs/cancel?batch={batch.batch_id}", all="1")[1] == 2

    queued = {run_id for run_id, state in states().items() if state is State.QUEUED}
    assert queued == {other, batch.batch_id}


def test_the_log_has_the_runs_that_were_chosen(
    client: TestClient, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    """And not only how many."""
    caplog.set_level(logging.INFO, "shop.ops")
    ids = [str(add(State.QUEUED)) for _ in range(2)]

    client.post("/ops/runs/cancel", data={"id": ids})

    chosen, did = [each.getMessage() for each in caplog.records if ".ops." in each.name]
    assert chosen == f"chosen: {', '.join(ids)}"
    assert did.startswith("operator: POST /ops/runs/cancel")


@EVERY_VERB
def test_a_part_at_a_time_is_changed(
    verb: str, client: TestClient, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "MOST_AT_ONCE", 2)
    for _ in range(3):
        add(State.INTERRUPTED)

    assert told(client, f"/ops/runs/{verb}?state=interrupted", all="1") == (verb, 2, True)
    assert told(client, f"/ops/runs/{verb}?state=interrupted", all="1") == (verb, 1, False)


@EVERY_VERB
def test_who_chose_nothing_changes_nothing(
    verb: str, client: TestClient, add: Add, states: States
) -> None:
    run_id = add(State.INTERRUPTED)

    assert told(client, f"/ops/runs/{verb}?state=interrupted") == (verb, 0, False)
    assert told(client, f"/ops/runs/{verb}", id=str(uuid4())) == (verb, 0, False)
    assert states() == {run_id: State.INTERRUPTED}


@EVERY_VERB
@pytest.mark.parametrize(
    ("query", "form"),
    [("?nmae=mail", {"all": "1"}), ("?from=x", {"all": "1"}), ("", {"id": "7"})],
)
def test_a_form_that_makes_no_sense_changes_nothing(
    verb: str,
    query: str,
    form: dict[str, str],
    client: TestClient,
    add: Add,
    states: States,
) -> None:
    """A field that is misspelt would match all."""
    run_id = add(State.INTERRUPTED)

    answer = client.post(f"/ops/runs/{verb}{query}", data=form)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert states() == {run_id: State.INTERRUPTED}


@EVERY_VERB
def test_the_buttons_of_the_list_do_it_and_lead_back_to_the_same_page(
    verb: str, client: TestClient, add: Add, target: Callable[[str, str], str]
) -> None:
    for hour in range(3):
        add(State.INTERRUPTED, hour)
    url = target("/ops/runs?kind=task&state=interrupted&limit=1", "Older runs")
    button = target(url, f"{verb.title()} all")

    answer = client.post(button, data={"all": "1"})

    assert answer.headers["Location"] == f"{url}&did={verb}&count=3"
    assert target(url.partition("&before")[0], verb.title()) == button.partition("&before")[0]


@EVERY_VERB
def test_one_run_is_changed_on_its_page(
    verb: str, client: TestClient, add: Add, states: States
) -> None:
    run_id, other = add(State.INTERRUPTED, job=True), add(State.INTERRUPTED)
    page = f"/ops/runs/{run_id}"

    answer = client.post(f"{page}/{verb}")

    assert (answer.status_code, answer.headers["Location"]) == (
        HTTPStatus.SEE_OTHER,
        f"{page}?did={verb}&count=1",
    )
    assert states()[run_id] is not State.INTERRUPTED is states()[other]
    nobody = f"/ops/runs/{uuid4()}"
    assert told(client, f"{nobody}/{verb}") == (verb, 0, False)
    assert client.get(nobody).status_code == HTTPStatus.NOT_FOUND


@EVERY_VERB
def test_this_process_looks_at_once_for_what_was_changed(
    verb: str, client: TestClient, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(Runner, "wake", lambda _runner: woken.append("now"))

    client.post(f"/ops/runs/{add(State.INTERRUPTED)}/{verb}")

    assert woken == ["now"]


@pytest.mark.parametrize("job", [True, False])
def test_a_dead_letter_that_is_retried_succeeds(
    app: FastAPI,
    settings: Settings,
    add: Add,
    states: States,
    wait_until: Callable[[Callable[[], object]], None],
    *,
    job: bool,
) -> None:
    """T9: of a job too; this process begins at once."""
    settings.runner, settings.poll_seconds, settings.lease_seconds = True, 60, 600
    run_id = add(job=job, attempt=1, error="OSError: 1")
    with TestClient(app, headers={"X-Ops-Key": "secret"}) as client:
        shown = client.post(f"/ops/runs/{run_id}/retry")

        assert shown.status_code == HTTPStatus.OK
        wait_until(lambda: states()[run_id] is State.SUCCEEDED)
        assert "Attempt 2" in client.get(f"/ops/runs/{run_id}").text


def test_a_run_that_is_cancelled_is_counted(app: FastAPI, add: Add) -> None:
    counted: list[tuple[object, ...]] = []
    app.state.observe = lambda *what: counted.append(what)
    add(State.QUEUED)
    with TestClient(app, headers={"X-Ops-Key": "secret"}) as client:
        client.post("/ops/runs/cancel", data={"all": "1"})

    assert counted == [("task", "mail", State.CANCELLED, None)]


def test_who_may_only_look_changes_nothing(
    client: TestClient, settings: Settings, add: Add
) -> None:
    settings.ops_read_key, settings.ops_api_key = settings.ops_api_key, SecretStr("other")
    run_id = add(State.INTERRUPTED)

    for url in ("/ops/runs", f"/ops/runs/{run_id}"):
        text = client.get(url).text
        assert "interrupted" in text
        assert "Retry" not in text
        assert 'name="id"' not in text
