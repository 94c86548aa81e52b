"""The list of runs: what failed last night, and why."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import unquote
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shop.background import AcceptedMany
from shop.background.models import State
from shop.ops.facts.search import Search

HOSTILE = "</pre><script>alert('1')</script>\"'&{{ 7 * 7 }}"
"""What must never become markup."""
Add = Callable[..., UUID]
Shown = Callable[[str], list[UUID]]
Target = Callable[[str, str], str]


def test_runs_of_jobs_and_tasks_are_listed_newest_due_time_first(add: Add, shown: Shown) -> None:
    """S13: in any state."""
    runs = [add(state, hour, job=hour % 2 == 0) for hour, state in enumerate(State)]

    assert shown("/ops/runs") == runs[::-1]


def test_a_run_is_listed_with_its_state_and_error(client: TestClient, add: Add) -> None:
    """S13, T9."""
    begun = datetime(2026, 3, 1, 12, 59, tzinfo=UTC)
    add(State.TIMED_OUT, error="OSError: the disk", attempt=3, started_at=begun, earlier=4)

    text = client.get("/ops/runs").text

    for fact in ("timed out", "OSError: the disk", "1 min", ">3<", "and 4 earlier", "1 run"):
        assert fact in text


@pytest.mark.parametrize(
    ("query", "hours"),
    [
        ("state=failed&state=lost", [3, 1]),
        ("name=nightly", [2]),
        ("kind=task&name=&error=&from=&to=", [3, 1, 0]),
        ("error=NO+route", [3]),
        ("from=2026-03-01+14:00", [3, 2]),
        ("from=2026-03-01T14:00:00%2B01:00&to=2026-03-01T14:30", [2, 1]),
        ("name=other", []),
        ("dismissed=yes", [1]),
        ("dismissed=no&kind=task", [3, 0]),
    ],
)
def test_what_the_form_asks_for_is_listed(
    query: str, hours: list[int], add: Add, shown: Shown
) -> None:
    """S13, T9: a field without text says nothing, a time without zone is in UTC."""
    runs = [add(State.SUCCEEDED, 0), add(hour=1, dismissed_at=datetime.now(UTC))]
    runs.append(add(State.MISSED, 2, job=True))
    runs.append(add(State.LOST, 3, error="OSError: no route"))

    assert shown(f"/ops/runs?{query}") == [runs[hour] for hour in hours]


def test_a_time_without_zone_is_in_utc_wherever_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        search = Search.model_validate({"from": "2026-03-01 12:00"})
    finally:
        monkeypatch.undo()
        time.tzset()

    assert search.query()["from"] == "2026-03-01T12:00:00Z"


def test_the_form_shows_what_was_asked_for(client: TestClient, add: Add) -> None:
    add()
    query = {"name": "mail", "error": "disk", "kind": "task", "state": "lost", "dismissed": "no"}
    times = {"from": "2026-03-01T12:00+01:00", "to": "2026-03-02"}

    text = client.get("/ops/runs", params=query | times).text

    for field in (
        'name="name" maxlength="200" value="mail"',
        'value="disk"',
        'value="task" selected',
        'value="no" selected',
        'value="2026-03-01T11:00:00+00:00"',
        'value="2026-03-02T00:00:00+00:00"',
    ):
        assert field in text
    assert re.findall(r'name="state" value="(\w+)" checked', text) == ["lost"]


def test_each_page_leads_to_the_next_one_with_the_same_search(
    add: Add, shown: Shown, target: Target, client: TestClient
) -> None:
    """S13: every run comes once."""
    runs = [add(hour=hour) for hour in range(5)]
    add(State.SUCCEEDED)
    url, pages = "/ops/runs?state=failed&limit=2", list[list[UUID]]()

    while True:
        pages.append(shown(url))
        if "Older runs" not in client.get(url).text:
            break
        url = target(url, "Older runs")

    assert pages == [runs[:2:-1], [runs[2], runs[1]], [runs[0]]]


def test_a_page_that_found_nothing_yet_leads_to_older_runs(
    client: TestClient, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.background.filters.MOST_READ", 2)
    for hour in range(3):
        add(hour=hour)

    assert "there may be older ones" in client.get("/ops/runs?error=disk").text
    assert "Older runs" not in client.get("/ops/runs?name=other").text


@pytest.mark.parametrize(
    ("title", "ago"),
    [
        ("Last hour", timedelta(hours=1)),
        ("24 hours", timedelta(days=1)),
        ("7 days", timedelta(days=7)),
    ],
)
def test_one_click_shows_what_was_due_lately(
    title: str, ago: timedelta, add: Add, shown: Shown, target: Target
) -> None:
    now, minute = datetime.now(UTC), timedelta(minutes=1)
    newer, _older = (add(due_at=now - ago + part) for part in (minute, -minute))

    assert shown(target("/ops/runs?name=mail&to=2020-01-01", title)) == [newer]


def test_last_night_began_in_the_evening(target: Target) -> None:
    evening = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    yesterday = (evening - timedelta(days=1)).isoformat()

    url = target("/ops/runs?state=failed", "Last night")

    assert unquote(url) == f"/ops/runs?state=failed&from={yesterday}"


def test_the_runs_of_a_batch_are_listed(
    client: TestClient, add_batch: Callable[[int], AcceptedMany], add: Add, shown: Shown
) -> None:
    add()
    batch = add_batch(3)

    url = f"/ops/runs?batch={batch.batch_id}"

    assert set(shown(url)) == set(batch.run_ids)
    assert shown(f"{url}&state=failed") == []
    text = client.get(url).text
    assert f"of the batch <code>{batch.batch_id}" in text
    assert f'name="batch" value="{batch.batch_id}"' in text


@pytest.mark.parametrize("field", ["name", "error"])
def test_text_never_becomes_markup(client: TestClient, add: Add, field: str) -> None:
    add(error=HOSTILE, name=HOSTILE)

    for query in ({field: HOSTILE}, {}):
        text = client.get("/ops/runs", params=query).text

        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;" in text


@pytest.mark.parametrize("query", ["state=broken", "from=yesterday", "to=0001-01-01", "name=%00"])
def test_what_makes_no_sense_is_refused(client: TestClient, query: str) -> None:
    """T8."""
    assert client.get(f"/ops/runs?{query}").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_links_lead_to_where_the_application_is(app: FastAPI, add: Add) -> None:
    run_id = add()
    with TestClient(app, root_path="/api", headers={"X-Ops-Key": "secret"}) as client:
        text = client.get("/ops/runs?limit=1").text

    assert f'href="/api/ops/runs/{run_id}"' in text
    assert 'formaction="/api/ops/runs/retry?limit=1"' in text
    assert 'action="/ops' not in text
