"""`/ops`: what waits, runs and failed, and why, at one look."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from shop.background import Every, Job, Task
from shop.background.beats import RunnerProcess
from shop.background.minutes import Minute
from shop.background.models import State
from shop.background.scheduling.models import SchedulerProcess
from shop.database import Database
from shop.ops.facts import standing
from shop.settings import Settings

HOUR = timedelta(hours=1)
HOSTILE = "<script>alert('&amp;')</script>"
SHOWN = "&lt;script&gt;alert(&#39;&amp;amp;&#39;)&lt;/script&gt;"

Add = Callable[..., UUID]
TextOf = Callable[[str], str]


class Nothing(BaseModel):
    pass


MAIL = Task(name="mail", payload=Nothing, function=lambda _payload, _context: None)
NIGHTLY = Job(name="nightly", schedule=Every(HOUR), function=lambda _context: None)


def read(client: TestClient, section: str) -> str:
    """Return a section of the page, as HTML."""
    answer = client.get("/ops")
    assert answer.status_code == HTTPStatus.OK, answer.text
    found = re.search(rf'<section id="{section}".*?</section>', answer.text, re.DOTALL)
    assert found is not None
    return found[0]


def test_what_waits_runs_and_failed_is_counted(operator: TestClient, add: Add) -> None:
    """S13, T9: what was dismissed waits for nobody, but it failed."""
    now = datetime.now(UTC)
    for state in (State.QUEUED, State.QUEUED, State.RUNNING, State.FAILED, State.SUCCEEDED):
        add(MAIL, state)
    add(MAIL, State.SCHEDULED, due_at=now + HOUR, available_at=now + HOUR)
    add(NIGHTLY, State.LOST, due_at=now - 25 * HOUR)
    add(NIGHTLY, State.TIMED_OUT, dismissed_at=now)

    counted = re.findall("<strong>(.*?)</strong> (.*?)</a>", read(operator, "counts"))

    assert counted == [
        ("2", "waiting"),
        ("1", "scheduled for later"),
        ("1", "running"),
        ("2", "failed, due today (UTC)"),
        ("2", "dead letters"),
    ]


def test_dead_letters_lead_to_a_list_of_as_many(operator: TestClient, add: Add) -> None:
    """T9: without those that were dismissed."""
    waits, _dismissed = add(MAIL), add(MAIL, dismissed_at=datetime.now(UTC))
    link = re.findall('href="(.*?)"', read(operator, "counts"))[-1]

    listed = operator.get(link.replace("&amp;", "&")).text

    assert re.findall('name="id" value="(.*?)"', listed) == [str(waits)]


def test_each_count_is_a_link_to_its_runs(operator: TestClient) -> None:
    links = re.findall('href="(.*?)"', read(operator, "counts"))

    assert len(links) == 5
    assert links[0] == "/ops/runs?state=queued"
    for link in links:
        assert operator.get(link.replace("&amp;", "&")).status_code == HTTPStatus.OK


def test_a_count_ends_somewhere(
    operator: TestClient, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: so the page does not take longer when more runs are kept."""
    monkeypatch.setattr(standing, "MOST_COUNTED", 2)

    def numbers() -> list[str]:
        return re.findall("<strong>(.*?)</strong>", read(operator, "counts"))

    for state in (State.QUEUED, State.FAILED) * 2:
        add(MAIL, state)
    assert numbers() == ["2", "0", "0", "2", "2"]

    for state in (State.QUEUED, State.FAILED):
        add(MAIL, state)
    assert numbers() == ["more than 2", "0", "0", "more than 2", "more than 2"]


def test_what_is_late_comes_first(operator: TestClient, add: Add, text_of: TextOf) -> None:
    """S22."""
    assert "stalled or late" not in text_of(operator.get("/ops").text)

    add(MAIL, State.QUEUED, available_at=datetime.now(UTC) - HOUR)

    late = "Background work is stalled or late: queued for too long: mail 1"
    assert late in text_of(operator.get("/ops").text)


def test_what_failed_last_night_and_why_is_at_the_top(
    operator: TestClient, add: Add, text_of: TextOf
) -> None:
    """T9: the newest first."""
    now = datetime.now(UTC)
    add(MAIL, State.LOST, error="its process died", finished_at=now - HOUR)
    run_id = add(NIGHTLY, State.TIMED_OUT, error="longer than 60 s", attempt=2, finished_at=now)
    add(MAIL, State.FAILED, error="dismissed", dismissed_at=now, finished_at=now)
    add(MAIL, State.SUCCEEDED)

    section = read(operator, "dead-letters")

    text = text_of(section)
    assert re.search("nightly timed out longer than 60 s .* UTC 2 mail lost its process died", text)
    assert "dismissed" not in text
    assert f'href="/ops/runs/{run_id}"' in section


def test_without_dead_letters_the_page_says_so(operator: TestClient, text_of: TextOf) -> None:
    assert "nothing that failed for good" in text_of(read(operator, "dead-letters"))


def test_what_ended_in_the_last_24_hours_is_drawn_and_in_a_table(
    operator: TestClient, database: Database, text_of: TextOf
) -> None:
    """S13: runs a minute by outcome, and their durations."""
    begin = (datetime.now(UTC) - HOUR).replace(minute=0, second=0, microsecond=0)
    ended = {State.SUCCEEDED: (1200, 60.0, 4.5), State.FAILED: (2, 60.1, 60.0)}
    ended |= {State.LOST: (1, 0.0, 0.0), State.CANCELLED: (3, 900.0, 900.0)}
    with database.transaction() as session:
        for state, (runs, seconds, longest) in ended.items():
            known = {"runs": runs, "seconds": seconds, "longest": longest}
            session.add(Minute(minute=begin + timedelta(minutes=14), state=state, **known))
            session.add(Minute(minute=begin - 25 * HOUR, state=state, **known))

    section = read(operator, "activity")

    drawn = re.findall(r'<rect class="state-(\w+)".*?<title>.*? UTC: (.*?)</title>', section)
    assert drawn == [
        ("succeeded", "1,200 succeeded"),
        ("failed", "3 failed"),
        ("other", "3 other"),
        ("longest", "longest 1 min"),
        ("mean", "mean 100 ms"),
    ]
    assert "up to 80.40: up" in text_of(section)
    table = text_of(section.partition("<tbody>")[2])
    assert table == f"{begin:%Y-%m-%d %H:%M:%S} UTC 1,200 3 3 80.40 100 ms 1 min"


def test_what_ended_just_now_is_drawn_too(operator: TestClient, add: Add) -> None:
    """S13: before its minute is counted, and by a clock that is ahead."""
    now = datetime.now(UTC)
    add(MAIL, State.SUCCEEDED, started_at=now - timedelta(seconds=2), finished_at=now)
    add(MAIL, State.FAILED, finished_at=now + HOUR)

    drawn = re.findall(r"<title>.*? UTC: (.*?)</title>", read(operator, "activity"))

    assert drawn[:2] == ["1 succeeded", "1 failed"]


def test_each_process_that_runs_work_shows_what_it_runs(
    operator: TestClient, add: Add, database: Database, settings: Settings, text_of: TextOf
) -> None:
    """S13: and whether its heart beats."""
    now = datetime.now(UTC)
    before = now - timedelta(seconds=settings.lease_seconds + 1)
    known = {"beats": 1, "version": "1.2.3", "engine": "inprocess", "threads": 8}
    with database.transaction() as session:
        for name, pid, seen_at in (("here", 7, now + HOUR), ("there", 8, before)):
            row = RunnerProcess(id=name, host=name, pid=pid, started_at=before, **known)
            row.seen_at = seen_at
            session.add(row)
    run_id = add(MAIL, State.TIMED_OUT, held_by="here", started_at=now)

    section = read(operator, "workers")

    text = text_of(section)
    assert re.search("here 7 alive .* 1.2.3 inprocess 1 of 8 mail timed out since", text)
    assert re.search("there 8 silent .* 1.2.3 inprocess 0 of 8", text)
    assert f'href="/ops/runs/{run_id}"' in section


def test_each_scheduler_shows_whether_it_lives(
    operator: TestClient, database: Database, text_of: TextOf
) -> None:
    """S13, S18."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        row = {"declared": '{"nightly": "Every()"}', "beats": 1}
        session.add(SchedulerProcess(id="here:7:x", seen_at=now + HOUR, started=1, **row))
        session.add(SchedulerProcess(id="there:8:y", seen_at=now - HOUR, started=2, **row))

    text = text_of(read(operator, "schedulers"))

    assert re.search("here:7:x alive .* UTC 1 there:8:y silent .* UTC 1", text)


def test_without_processes_the_page_says_what_that_means(
    operator: TestClient, text_of: TextOf
) -> None:
    """S22."""
    assert "nothing that waits is started" in text_of(read(operator, "workers"))
    assert "no job is started" in text_of(read(operator, "schedulers"))


def test_no_text_becomes_markup(operator: TestClient, add: Add, database: Database) -> None:
    """T9: wherever it comes from."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        row = RunnerProcess(id="x", host=HOSTILE, version=HOSTILE, beats=1, pid=1, started_at=now)
        row.seen_at, row.engine = now, HOSTILE[:16]
        session.add(row)
        session.add(SchedulerProcess(id=HOSTILE, seen_at=now, declared="{}"))
    add(MAIL, State.FAILED, name=HOSTILE, error=HOSTILE, held_by="x", started_at=now)

    answer = operator.get("/ops").text

    assert "<script>alert" not in answer
    assert answer.count(SHOWN) == 7


def test_links_begin_where_the_application_is(app: FastAPI, add: Add) -> None:
    run_id = add(MAIL, State.FAILED)
    with TestClient(app, root_path="/api", headers={"X-Ops-Key": "secret"}) as client:
        page = client.get("/ops").text

    assert f'href="/api/ops/runs/{run_id}"' in page
    assert 'href="/api/ops/runs?state=queued"' in page
