"""What `/metrics` says about requests and runs."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families as parse
from pydantic import BaseModel

from shop.background import Task
from shop.background.dependencies import NOT_STARTED
from shop.background.gauges import LedgerCollector
from shop.background.metrics import RunMetrics
from shop.background.models import State
from shop.database import Database
from shop.main import create_app
from shop.monitoring.metrics import Metrics
from shop.monitoring.workers import MULTIPROCESS
from shop.settings import Settings

MAIL = Task(name="mail", payload=BaseModel, function=lambda _payload, _context: None)


@pytest.fixture
def unasked(settings: Settings) -> Iterator[TestClient]:
    """Start an application that no other test has sent a request."""
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def families(unasked: TestClient) -> list[Metric]:
    """Scrape after a few requests, one of them a scrape."""
    unasked.get("/health/live")
    for path in ("/health/live", "/jobs/nightly", "/jobs/weekly", "/nowhere/7", "/metrics"):
        unasked.get(path)
    return list(parse(unasked.get("/metrics").text))


def total(families: list[Metric], name: str, **labels: str) -> float:
    """Add up the samples that have these labels."""
    samples = [sample for family in families for sample in family.samples]
    fitting = [s for s in samples if s.name == name and labels.items() <= s.labels.items()]
    return sum(sample.value for sample in fitting)


def handlers(client: TestClient) -> set[str]:
    """Give the values of the label for the path."""
    samples = [s for family in parse(client.get("/metrics").text) for s in family.samples]
    return {sample.labels["handler"] for sample in samples if "handler" in sample.labels}


@pytest.mark.usefixtures("only_requests")
def test_requests_are_counted_by_the_whole_template_of_their_route(families: list[Metric]) -> None:
    samples = [sample for family in families for sample in family.samples]
    handlers = {sample.labels["handler"] for sample in samples if "handler" in sample.labels}
    assert handlers == {"/health/live", "/jobs/{name}", "none"}
    assert total(families, "http_requests_total", handler="/jobs/{name}", status="4xx") == 2
    assert total(families, "http_request_duration_seconds_count", handler="/health/live") == 2


@pytest.mark.usefixtures("only_requests")
@pytest.mark.parametrize(
    "path", ["/tasks/{}/", "/nowhere/{}", "/health/live/{}", "/docs/{}/", "/jobs/x/runs/{}/"]
)
def test_paths_that_callers_make_up_become_no_labels(client: TestClient, path: str) -> None:
    before = handlers(client)

    for number in range(3):
        client.get(path.format(number), follow_redirects=False)

    assert handlers(client) == {*before, "none"}


@pytest.mark.usefixtures("only_requests")
def test_methods_that_callers_make_up_become_one_label(unasked: TestClient) -> None:
    for method in ("GET", "HEAD", "BREW", "WHEN", "X" * 99):
        unasked.request(method, "/health/live")

    families = list(parse(unasked.get("/metrics").text))
    samples = [sample for family in families for sample in family.samples]
    assert {s.labels["method"] for s in samples if "method" in s.labels} == {"GET", "HEAD", "OTHER"}
    assert total(families, "http_requests_total", method="OTHER", status="4xx") == 3
    assert handlers(unasked) == {"/health/live"}


def test_names_and_explanations_follow_the_rules_of_prometheus(families: list[Metric]) -> None:
    """The rules of `promtool check metrics`, except for names of the client library."""
    for family in families:
        if family.name.endswith("_created") or family.name == "python_info":
            continue
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", family.name)
        assert family.documentation, family.name
        assert not re.search(r"(counter|gauge|histogram|summary|milli|minutes|_ms)", family.name)
        assert not re.search(r"_(total|count|sum|bucket|info)$", family.name), family.name
        if family.type == "counter":
            assert {sample.name for sample in family.samples} <= {f"{family.name}_total"}


@pytest.mark.usefixtures("only_requests")
def test_the_scrape_is_not_counted_as_a_request(families: list[Metric]) -> None:
    assert total(families, "http_requests_total") == 5


@pytest.mark.usefixtures("only_requests")
def test_background_tasks_do_not_count_as_latency(app: FastAPI, client: TestClient) -> None:
    @app.get("/slow_afterwards")
    def answer(background: BackgroundTasks) -> None:
        background.add_task(time.sleep, 0.3)

    began = time.monotonic()
    client.get("/slow_afterwards")
    answered_at_latest = time.monotonic() - began - 0.3
    families = list(parse(client.get("/metrics").text))
    name = "http_request_duration_seconds_sum"
    assert 0 < total(families, name, handler="/slow_afterwards") < answered_at_latest


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it is read from /proc")
def test_what_the_process_itself_takes_is_measured(families: list[Metric]) -> None:
    assert total(families, "process_resident_memory_bytes") > 1_000_000
    assert total(families, "process_open_fds") > 0
    assert total(families, "python_info") == 1
    assert total(families, "python_gc_collections_total") > 0


@pytest.fixture
def gathered(database: Database) -> CollectorRegistry:
    """Gather the metrics after two runs of a task and one of an unknown job."""
    metrics = Metrics()
    runs = RunMetrics(metrics.registry)
    runs.observe("task", "mail", State.QUEUED, 0.02)
    runs.observe("task", "mail", State.SUCCEEDED, 0.03)
    runs.observe("job", "gone", State.MISSED, None)
    return metrics.gather(runs.gauges(database, {"mail": MAIL, "idle": MAIL}, dict))


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("task_runs_total", {"task": "mail", "outcome": "succeeded"}, 1),
        ("task_runs_total", {"task": "mail", "outcome": "failed"}, 0),
        ("task_runs_total", {"task": "mail", "outcome": "queued"}, None),
        ("task_runs_total", {"task": "mail", "outcome": "running"}, None),
        ("task_retries_total", {"task": "mail"}, 1),
        ("task_duration_seconds_count", {"task": "mail"}, 2),
        ("task_duration_seconds_sum", {"task": "mail"}, 0.05),
        ("task_duration_seconds_bucket", {"task": "mail", "le": "0.05"}, 2),
        ("task_duration_seconds_bucket", {"task": "mail", "le": "0.01"}, 0),
        ("task_duration_seconds_bucket", {"task": "mail", "le": "1800.0"}, 2),
        ("job_runs_total", {"job": "gone", "outcome": "missed"}, 1),
        ("job_duration_seconds_count", {"job": "gone"}, None),
        ("task_runs_total", {"task": "idle", "outcome": "succeeded"}, 0),
        ("task_retries_total", {"task": "idle"}, 0),
        ("task_duration_seconds_count", {"task": "idle"}, 0),
        ("database_up", {}, 1),
    ],
)
def test_each_end_of_an_attempt_is_counted(
    gathered: CollectorRegistry, name: str, labels: dict[str, str], value: float | None
) -> None:
    assert gathered.get_sample_value(name, labels) == value


def test_without_its_database_the_service_still_answers(
    app: FastAPI, client: TestClient, no_database_url: str
) -> None:
    lost = Database(no_database_url)
    app.state.background = replace(app.state.background, database=lost)
    families = list(parse(client.get("/metrics").text))
    assert [s.value for f in families for s in f.samples if s.name == "database_up"] == [0]
    assert "tasks_waiting" not in {family.name for family in families}


def test_without_background_work_a_scrape_is_a_503_with_the_reason(app: FastAPI) -> None:
    """As in an application that is mounted into another one: its lifespan does not run."""
    answer = TestClient(app).get("/metrics")

    assert (answer.status_code, answer.json()) == (503, {"detail": NOT_STARTED})


def test_the_folder_that_workers_share_is_made_unless_it_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "made" / "at_start"
    monkeypatch.setenv(MULTIPROCESS, str(folder))

    for _ in range(2):
        Metrics()

    assert folder.is_dir()


def test_what_another_worker_counted_is_read_from_their_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: Database
) -> None:
    monkeypatch.setenv(MULTIPROCESS, str(tmp_path / "workers"))
    metrics = Metrics()
    counts = MmapedDict(str(tmp_path / "workers" / "counter_1.db"))  # type: ignore[no-untyped-call]
    key = mmap_key("mails", "mails_total", [], [], "Mails")
    counts.write_value(key, 2, 0)  # type: ignore[no-untyped-call]
    counts.close()  # type: ignore[no-untyped-call]

    registry = metrics.gather(LedgerCollector(database, {}, dict))

    assert registry.get_sample_value("mails_total") == 2
