"""The application as a whole: what it is made of, and that it starts and stops."""

import pkgutil
import re
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from shop import background, main
from shop.background import scheduling
from shop.background.runner import Runner
from shop.background.scheduling.scheduler import Scheduler
from shop.main import create_app
from shop.settings import Settings

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def test_the_server_finds_an_application_that_says_what_it_is(app: FastAPI) -> None:
    assert isinstance(main.app, FastAPI)
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    for made in (main.app, app):
        assert (made.title, made.description) == (project["name"], project["description"])


def test_every_operation_has_an_id_of_its_own_and_an_explanation(app: FastAPI) -> None:
    schema = app.openapi()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    ids = Counter(operation["operationId"] for operation in operations)
    assert max(ids.values()) == 1
    assert all(operation["description"] for operation in operations)
    assert {"/health/ready", "/jobs", "/jobs/{name}/run", "/tasks/{run_id}"} <= set(schema["paths"])


@pytest.mark.parametrize("sdk", [object(), None])
def test_telemetry_is_on_where_it_can_be_exported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, sdk: object
) -> None:
    monkeypatch.setattr(main, "find_spec", {"opentelemetry.sdk": sdk}.get)

    telemetry = create_app(settings)._telemetry

    assert {telemetry[kind] for kind in ("tracing", "metrics", "logs")} == {sdk is not None}


def test_background_work_starts_and_stops_with_the_application(app: FastAPI) -> None:
    with TestClient(app):
        runner: Runner = app.state.background.runner
        scheduler: Scheduler = app.state.background.scheduler
        assert (runner.running, scheduler.running) == (True, True)
    assert (runner.running, scheduler.running) == (False, False)
    assert "Connections in pool: 0" in app.state.database.engine.pool.status()


@pytest.mark.parametrize("part", ["runner", "scheduler"])
def test_either_part_can_be_left_to_another_process(
    app: FastAPI, settings: Settings, part: str
) -> None:
    setattr(settings, part, False)
    with TestClient(app):
        services = app.state.background
        running = {name: getattr(services, name).running for name in ("runner", "scheduler")}
    assert running == {"runner": part != "runner", "scheduler": part != "scheduler"}


def test_a_body_that_is_too_large_is_refused(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"max_body_bytes": 10}))

    @app.post("/-/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    with TestClient(app) as client:
        assert client.post("/-/size", content=b"x" * 10).json() == 10
        assert client.post("/-/size", content=b"x" * 11).status_code == 413


def test_settings_come_from_the_environment_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    assert create_app().state.settings.log_level == "ERROR"


def test_an_answer_carries_the_id_of_its_request(client: TestClient) -> None:
    assert client.get("/health/live", headers={"X-Request-ID": "7"}).headers["X-Request-ID"] == "7"


def test_a_refusal_is_json_with_a_reason(client: TestClient) -> None:
    response = client.get("/jobs/no_such_job")
    assert response.status_code == 404
    assert response.json() == {"detail": "no job named no_such_job"}


@pytest.mark.parametrize("package", [background, scheduling])
def test_the_modules_that_a_package_names_are_there(package: ModuleType) -> None:
    named = set(re.findall(r"`([a-z_]+)`", package.__doc__ or ""))

    assert named
    assert named <= {module.name for module in pkgutil.iter_modules(package.__path__)}
