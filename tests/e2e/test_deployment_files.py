"""Dockerfile, compose file, workflow and monitoring files, read by parsers of their own formats."""

import json
import os
import subprocess
import sys
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import copy, copytree
from threading import Thread
from typing import Any

import promql_parser
import pytest
import yaml
from dockerfile_parse import DockerfileParser

from fastforge.answers import JOBSTORES, ProjectAnswers, default_python
from fastforge.environment import child_environment, uv_binary
from fastforge.render import render
from tests.combinations import parameters

REQUESTS_SECONDS, SHUTDOWN_GRACE_SECONDS = 5, 20
VARIANTS = parameters("one more combination of deployment files", docker=True, ci="github")

START = """
import asyncio
from {module} import {name} as app

async def start():
    async with app.router.lifespan_context(app):
        print(app.title)

asyncio.run(start())
"""


@pytest.fixture(params=VARIANTS)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write a project with every deployment file."""
    return write(tmp_path / "my-shop", **request.param)


def write(root: Path, **options: Any) -> Path:
    """Write a rendered project."""
    answers = ProjectAnswers(name="my-shop", description="It's a: shop", author="Ada", **options)
    for path, content in render("project", answers.context()).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


def instructions(root: Path) -> list[tuple[str, str]]:
    """Read the Dockerfile: instruction and value, continued lines joined."""
    parser = DockerfileParser(str(root / "Dockerfile"), cache_content=True)
    parsed = [(str(part["instruction"]), str(part["value"])) for part in parser.structure]
    return [part for part in parsed if part[0] != "COMMENT"]


def check_schema(file: Path, schema: str) -> None:
    """Check a file against a JSON schema that check-jsonschema carries."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_compose_file_follows_the_specification(project: Path) -> None:
    check_schema(project / "compose.yaml", "vendor.compose-spec")


def test_the_workflow_follows_github_s_schema(project: Path) -> None:
    check_schema(project / ".github/workflows/ci.yml", "vendor.github-workflows")


def test_everything_the_dockerfile_copies_is_there_and_let_through(project: Path) -> None:
    let_through = {line[1:] for line in (project / ".dockerignore").read_text().split("\n") if line}
    sources = [
        source
        for name, value in instructions(project)
        if name == "COPY"
        for source in value.split()[:-1]
    ]
    assert set(sources) <= let_through
    assert all((project / source).exists() for source in sources if source != "uv.lock")


def test_the_container_runs_a_program_without_a_shell_and_without_root(project: Path) -> None:
    parsed = instructions(project)
    assert [value for name, value in parsed if name == "USER"] == ["service"]
    [(name, command)] = [part for part in parsed if part[0] == "CMD"]
    assert (name, json.loads(command)[:2]) == ("CMD", ["uvicorn", "my_shop.main:app"])
    names = [name for name, _ in parsed]
    assert names.index("USER") > max(i for i, name in enumerate(names) if name == "RUN")


class _Answers(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
def test_the_health_check_asks_the_container_itself_whatever_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, healthy: bool
) -> None:
    parsed = instructions(write(tmp_path / "my-shop"))
    [check] = [value.partition(" CMD ")[2] for name, value in parsed if name == "HEALTHCHECK"]
    [_, *arguments] = json.loads(check)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setattr(_Answers, "status", status)
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        words = [word.replace("8000", str(server.server_port)) for word in arguments]
        ran = subprocess.run([sys.executable, *words], capture_output=True, check=False)
        server.shutdown()

    assert (ran.returncode == 0) is healthy, ran.stderr


def test_containers_get_more_time_to_stop_than_the_service_takes(project: Path) -> None:
    services = yaml.safe_load((project / "compose.yaml").read_text())["services"]
    example = (project / ".env.example").read_text()
    assert f"# SHUTDOWN_GRACE_SECONDS={SHUTDOWN_GRACE_SECONDS}\n" in example
    [command] = [json.loads(value) for name, value in instructions(project) if name == "CMD"]
    assert command[-2:] == ["--timeout-graceful-shutdown", str(REQUESTS_SECONDS)]
    for service in ("web", "background"):
        stop = int(services[service]["stop_grace_period"].removesuffix("s"))
        assert stop > REQUESTS_SECONDS + SHUTDOWN_GRACE_SECONDS


def test_compose_mounts_only_files_that_exist(project: Path) -> None:
    compose = yaml.safe_load((project / "compose.yaml").read_text())
    mounts = [
        mount.split(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", ())
    ]
    assert {mount for mount in mounts if not mount.startswith("./")} == compose["volumes"].keys()
    assert all((project / mount).is_file() for mount in mounts if mount.startswith("./"))


@pytest.mark.parametrize("jobstore", JOBSTORES)
def test_every_prometheus_expression_is_promql(tmp_path: Path, jobstore: str) -> None:
    monitoring = write(tmp_path / "my-shop", jobstore=jobstore) / "monitoring"
    rules = yaml.safe_load((monitoring / "alerts.yml").read_text())["groups"][0]["rules"]
    panels = json.loads((monitoring / "grafana/dashboard.json").read_text())["panels"]
    expressions = [rule["expr"] for rule in rules]
    expressions += [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(expressions) > 20
    for expression in expressions:
        promql_parser.parse(expression)


@pytest.mark.e2e
def test_what_the_dockerfile_installs_is_enough_to_start(tmp_path: Path) -> None:
    project, image = write(tmp_path / "my-shop", python=default_python()), tmp_path / "image"
    image.mkdir()
    environment = child_environment({"DATABASE_URL": f"sqlite:///{tmp_path / 'data.db'}"})
    run = partial(subprocess.run, env=environment, check=True)
    run([uv_binary(), "lock", "-q"], cwd=project)
    for name, value in instructions(project):
        if name == "COPY":
            _copy(project, image, *value.split())
        if name == "RUN" and value.startswith("uv "):
            run([uv_binary(), *value.replace(" --no-cache", " -q").split()[1:]], cwd=image)
    [command] = [json.loads(value) for name, value in instructions(project) if name == "CMD"]
    assert os.access(image / ".venv/bin" / command[0], os.X_OK)
    module, _, name = command[1].partition(":")
    start = START.format(module=module, name=name)
    run([str(image / ".venv/bin/python"), "-c", start], cwd=image)


def _copy(project: Path, image: Path, *sources_and_target: str) -> None:
    *sources, target = sources_and_target
    for source in sources:
        if (project / source).is_dir():
            copytree(project / source, image / target)
        else:
            copy(project / source, image / target)
