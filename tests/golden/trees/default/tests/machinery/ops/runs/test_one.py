"""The page of one run: how each attempt ended, and why."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from shop.background import AcceptedMany, history
from shop.background.control import Progress
from shop.background.models import RUNS, Run, State
from shop.database import Database
from shop.ops.facts import one_run
from shop.ops.facts.one_run import readable

HOSTILE = "</pre><script>alert('1')</script>\"'&{{ 7 * 7 }}"
"""What must never become markup."""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Add = Callable[..., UUID]
AddBatch = Callable[[int], AcceptedMany]
Shown = Callable[[str], list[UUID]]


def test_a_run_is_shown_with_what_an_operator_needs(client: TestClient, add: Add) -> None:
    """S13, T9."""
    run_id = add(
        State.LOST,
        job=True,
        started_at=NOON,
        earlier=3,
        priority=7,
        concurrency_key="mail x",
        cancel_asked_at=NOON,
        dismissed_at=NOON + timedelta(days=1),
        result='{"sent":[1,2]}',
    )

    text = client.get(f"/ops/runs/{run_id}").text

    for fact in (
        "Run of nightly",
        'job <a href="/ops/runs?name=nightly">nightly</a>',
        "Asked to stop",
        ">lost<",
        str(run_id),
        "and 3 earlier due times",
        "2026-03-01 12:00:00 UTC",
        "2026-03-02 12:00:00 UTC",
        "1 h",
        "<dd>7</dd>",
        "mail x",
        "&#34;sent&#34;: [",
        "None yet",
    ):
        assert fact in text


def test_each_attempt_is_shown_newest_first_with_its_traceback(
    client: TestClient, add: Add, database: Database
) -> None:
    """T9: error, traceback, worker."""
    first = {"error": "OSError: 1", "traceback": "line 1", "owner": "one"}
    run_id = add(attempt=1, started_at=NOON, **first)
    with database.transaction() as session:
        history.keep(session, RUNS.c.id == run_id, NOON)
        run = session.get_one(Run, run_id)
        run.attempt, run.error, run.traceback, run.owner = 2, "OSError: 2", "line 2", "two"

    text = client.get(f"/ops/runs/{run_id}").text

    facts = ("Attempt 2", "two", "OSError: 2", "line 2", "Attempt 1", "one", "OSError: 1", "line 1")
    places = [text.find(fact) for fact in facts]
    assert -1 not in places
    assert places == sorted(places)


def test_a_run_without_attempts_says_why(client: TestClient, add: Add) -> None:
    """S12: such as one that was skipped."""
    run_id = add(State.SKIPPED, error="others run")

    assert ">others run</pre>" in client.get(f"/ops/runs/{run_id}").text


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        ('{"done":3,"total":1200,"note":"mails"}', "3 of 1,200"),
        ('{"done":3,"total":null,"note":"mails"}', "3\n"),
        ('{"done":-3,"total":0,"note":"mails"}', "-3\n"),
    ],
)
def test_a_run_that_runs_is_shown_with_its_progress(
    client: TestClient, add: Add, progress: str, said: str
) -> None:
    run_id = add(State.RUNNING, attempt=1, held_by="host-1", progress=progress)

    text = client.get(f"/ops/runs/{run_id}").text

    assert said in text
    assert "mails" in text
    assert "host-1" in text


@pytest.mark.parametrize("name", ["gone", "mail"])
def test_a_run_that_no_code_will_run_is_told_apart(client: TestClient, add: Add, name: str) -> None:
    """S22: after a retry it would wait, and nobody would know why."""
    text = client.get(f"/ops/runs/{add(name=name)}").text

    assert ("code of this process does not have" in text) is (name == "gone")


def test_a_run_that_waits_again_has_not_started(client: TestClient, add: Add) -> None:
    """T4: its last attempt has, and that is told with the attempt."""
    run_id = add(State.QUEUED, attempt=1, started_at=NOON)

    assert "Started" not in client.get(f"/ops/runs/{run_id}").text


@pytest.mark.parametrize(
    ("state", "values", "buttons"),
    [
        (State.FAILED, {}, {"Retry", "Dismiss"}),
        (State.FAILED, {"dismissed_at": NOON}, set()),
        (State.INTERRUPTED, {}, {"Retry", "Dismiss", "Cancel"}),
        (State.QUEUED, {}, {"Cancel"}),
        (State.RUNNING, {}, {"Cancel"}),
        (State.RUNNING, {"cancel_asked_at": NOON}, set()),
        (State.SUCCEEDED, {}, set()),
    ],
)
def test_there_is_a_button_for_what_may_be_done(
    client: TestClient, add: Add, state: State, values: dict[str, object], buttons: set[str]
) -> None:
    text = client.get(f"/ops/runs/{add(state, **values)}").text

    verbs = ("Retry", "Dismiss", "Cancel")
    assert {verb for verb in verbs if f"<button>{verb}</button>" in text} == buttons


def test_the_runs_of_a_batch_lead_to_each_other_and_to_what_follows(
    client: TestClient, add_batch: AddBatch, shown: Shown
) -> None:
    batch = add_batch(3)
    first, *others = batch.run_ids
    client.post(f"/ops/runs/{first}/cancel")
    part = f"/ops/runs/{first}"
    link = f'href="/ops/runs?batch={batch.batch_id}'

    text = client.get(part).text
    assert f'{link}">3 runs</a>' in text
    assert f'{link}&amp;state=queued">2 queued' in text
    assert "when it has ended" in text

    for run_id in others:
        client.post(f"/ops/runs/{run_id}/cancel")
    assert shown(part) == [batch.batch_id]
    follower = client.get(f"/ops/runs/{batch.batch_id}").text
    assert "It follows" in follower
    assert f'{link}&amp;state=cancelled">3 cancelled' in follower


def test_of_a_large_batch_not_all_is_counted(
    client: TestClient, add_batch: AddBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_run, "MOST_COUNTED", 2)
    batch = add_batch(4)

    assert "more than 2 runs" in client.get(f"/ops/runs/{batch.run_ids[0]}").text


def test_a_run_whose_batch_is_pruned_is_shown(client: TestClient, add: Add) -> None:
    run_id = add(batch_id=uuid4(), follows_id=uuid4())

    assert "Its batch" not in client.get(f"/ops/runs/{run_id}").text


def test_a_run_that_another_follows_leads_to_it(client: TestClient, add_batch: AddBatch) -> None:
    (run_id,) = add_batch(1).run_ids

    text = client.get(f"/ops/runs/{run_id}").text

    assert ">1 run</a>" in text
    assert "mail, when it has ended" in text


def test_text_never_becomes_markup(client: TestClient, add: Add, database: Database) -> None:
    """T8: whatever a payload, error or result holds."""
    texts = ("error", "traceback", "owner", "held_by", "concurrency_key", "payload", "result")
    run_id = add(attempt=1, **dict.fromkeys(texts, HOSTILE), name=HOSTILE, started_at=NOON)
    with database.transaction() as session:
        history.keep(session, RUNS.c.id == run_id, NOON)
        run = session.get_one(Run, run_id)
        run.attempt, run.progress = 2, Progress(done=1, note=HOSTILE).model_dump_json()

    text = client.get(f"/ops/runs/{run_id}").text

    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") >= len(texts) + 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, None),
        ('{"a":"\u00e9"}', '{\n  "a": "\u00e9"\n}'),
        ('"\\ud800"', '"\\ud800"'),
        ("no JSON", "no JSON"),
        ("[" * 9000, "[" * 9000),
        ("x" * 20_001, "x" * 20_000 + " ... and 1 more"),
    ],
)
def test_a_payload_is_shown_so_that_it_can_be_read(text: str | None, shown: str | None) -> None:
    assert readable(text) == shown


def test_a_run_that_is_not_there_is_not_found(client: TestClient) -> None:
    for run_id in (uuid4(), "7"):
        assert client.get(f"/ops/runs/{run_id}").status_code in {
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
