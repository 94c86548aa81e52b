"""Alerts and dashboard use only metrics that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families as parse
from pydantic import BaseModel

from shop.background import RunContext, Task
from shop.background.scheduling import Daily, Job

MONITORING = Path(__file__).resolve().parents[3] / "monitoring"
OF_PROMETHEUS = {"up"}
LABEL_LIST = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
NOT_A_METRIC = re.compile(r"\b(and|or|unless|offset|bool)\b|\{[^}]*\}|\[[^]]*\]|\b\d\w*")
METRIC = re.compile(r"\b[a-z_][a-z0-9_]*\b(?!\s*\()")


def nothing(_context: RunContext) -> None:
    """Do the work of a job."""


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Give the application one job and one task."""
    job = Job(name="nightly", function=nothing, schedule=Daily("03:30"))
    mail = Task(name="mail", payload=BaseModel, function=lambda _payload, _context: None)
    app.state.registry = {"nightly": job, "mail": mail}
    return app


@pytest.fixture
def scraped(client: TestClient) -> set[str]:
    """Name the metrics of a scrape, declared ones without a value included."""
    client.get("/health/live")
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    families = list(parse(client.get("/metrics").text))
    return {f.name + end for f in families for end in suffixes.get(f.type, [""])}


def load(name: str) -> Any:  # noqa: ANN401 (what YAML holds)
    """Read a YAML file."""
    return yaml.safe_load((MONITORING / name).read_text())


def asked_for(expression: str) -> set[str]:
    """Name the metrics in a PromQL expression."""
    bare = NOT_A_METRIC.sub(" ", LABEL_LIST.sub(" ", expression))
    return set(METRIC.findall(bare)) - OF_PROMETHEUS


def test_names_are_told_from_the_rest_of_an_expression() -> None:
    expression = 'sum by (le) (rate(a_total{b="c"}[5m])) > 1e3 or max(d offset 1h) unless up'
    assert asked_for(expression) == {"a_total", "d"}


def test_alerts_ask_for_metrics_that_exist(scraped: set[str]) -> None:
    [group] = load("alerts.yml")["groups"]
    for rule in group["rules"]:
        assert asked_for(rule["expr"]) <= scraped
        assert rule["annotations"]["summary"]
    assert {"DatabaseDown", "SchedulerStalled", "JobFailing", "DeadLettersGrowing"} <= {
        rule["alert"] for rule in group["rules"]
    }


def test_the_dashboard_asks_for_metrics_that_exist(scraped: set[str]) -> None:
    dashboard = json.loads((MONITORING / "grafana" / "dashboard.json").read_text())
    source = load("grafana/datasource.yml")["datasources"][0]["uid"]
    for panel in dashboard["panels"]:
        assert panel["datasource"]["uid"] == source
        for target in panel["targets"]:
            assert asked_for(target["expr"]) <= scraped


def test_prometheus_is_told_where_to_look_and_what_to_watch() -> None:
    configuration = load("prometheus.yml")
    assert configuration["rule_files"] == ["alerts.yml"]
    assert all(scrape["honor_labels"] for scrape in configuration["scrape_configs"])
    assert load("grafana/dashboards.yml")["providers"]
