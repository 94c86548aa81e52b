"""The start-up check, against a small server in the place of the project's."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.staging import write_files
from fastforge.project.project import Project
from fastforge.project.record import record_of
from fastforge.verify.checks import startup
from fastforge.verify.checks.outcome import Finding
from fastforge.verify.checks.probes import PROBES
from fastforge.verify.checks.startup import check_startup

SERVER = '''#!{python}
"""Answers what the file `answers.json` says; each list is used up but for its last item."""
import http.server, json, os, signal, socket, sys
answers = json.load(open("{answers}"))
json.dump(dict(os.environ), open("{environment}", "w"))
print("server says hello", flush=True)
if answers.get("die"):
    sys.exit(3)
if answers.get("stubborn"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        items = answers[f"{{self.command}} {{self.path}}"]
        status, body, *location = items.pop(0) if len(items) > 1 else items[0]
        self.send_response(status)
        for place in location:
            self.send_header("Location", place)
        self.end_headers()
        self.wfile.write(body.encode())
    do_GET = do_POST = answer
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
server.serve_forever()
'''

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {probe.path: {probe.method.lower(): {}} for probe in PROBES},
}
HEALTHY: dict[str, Any] = {
    "GET /health/ready": [[503, "{}"], [200, "{}"]],
    "GET /health/live": [[200, "{}"]],
    "GET /health/background": [[200, "{}"]],
    "GET /openapi.json": [[200, json.dumps(DOCUMENT)]],
    "GET /jobs": [[200, "[]"]],
    "POST /notify": [[202, "{}", "/tasks/1"]],
    "GET /tasks/1": [[200, '{"state": "queued"}'], [200, '{"state": "succeeded"}']],
    "POST /payments": [[503, "{}"]],
    "GET /metrics": [[200, "http_requests_total 1"]],
    "GET /ops/login": [[403, "set OPS_API_KEY"]],
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    root = tmp_path / "shop"
    tree = {f"src/shop/{source}": b"" for probe in PROBES for source in probe.sources}
    write_files(tree, root)
    return Project(root, record_of("project", "shop", answers.as_dict(), tree), answers)


def start(project: Project, answers: dict[str, Any]) -> Finding:
    """Run the check against a server with these answers."""
    scratch = project.root.parent
    (scratch / "answers.json").write_text(json.dumps(answers))
    program = project.root / ".venv/bin/python"
    program.parent.mkdir(parents=True)
    source = SERVER.format(
        python=sys.executable,
        answers=scratch / "answers.json",
        environment=scratch / "environment.json",
    )
    program.write_text(source)
    program.chmod(0o755)
    return asyncio.run(check_startup(project, scratch))


def test_a_healthy_project_passes_with_a_request_to_each_example(project: Project) -> None:
    assert start(project, HEALTHY) == Finding(
        passed=True, summary="9 requests", facts={"requests": 9}
    )


def test_only_what_the_project_has_is_asked_for(project: Project) -> None:
    paths = DOCUMENT["paths"].keys() - {"/notify", "/payments", "/metrics", "/ops/login"}
    document = json.dumps({"openapi": "3.1.0", "paths": {path: {"get": {}} for path in paths}})

    finding = start(project, HEALTHY | {"GET /openapi.json": [[200, document]]})

    assert finding.summary == "5 requests"


@pytest.mark.parametrize(
    ("request_line", "answers", "problem"),
    [
        ("GET /jobs", [[500, "oops"]], "GET /jobs: 500 instead of 200: oops"),
        ("POST /notify", [[202, "{}"]], "POST /notify: the answer has no Location"),
        ("GET /tasks/1", [[200, '{"state": "failed"}']], "POST /notify: its run ended as failed"),
        ("GET /tasks/1", [[404, "?"]], "POST /notify: its run ended as 404 ?"),
        ("POST /payments", [[200, "{}"]], "POST /payments: 200 instead of 503: {}"),
        (
            "GET /metrics",
            [[200, "nothing"]],
            "GET /metrics: the answer does not contain http_requests_total",
        ),
    ],
)
def test_a_wrong_answer_is_a_problem_and_the_log_is_kept(
    project: Project, request_line: str, answers: list[Any], problem: str
) -> None:
    finding = start(project, HEALTHY | {request_line: answers})

    assert finding.problems == (problem,)
    assert finding.summary == "1 of 9 requests wrong"
    assert Path(finding.log or "").read_text() == "server says hello\n"


def test_a_project_that_never_gets_ready_is_asked_nothing_else(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "_PATIENCE", 0.2)

    finding = start(project, HEALTHY | {"GET /health/ready": [[503, "not migrated"]]})

    assert finding.problems == ("GET /health/ready: 503 instead of 200: not migrated",)


def test_a_server_that_dies_is_a_problem(project: Project) -> None:
    finding = start(project, {"die": True})

    assert len(finding.problems) == 1
    assert finding.problems[0].startswith("GET /health/ready: no answer:")


def test_a_server_that_does_not_stop_is_killed_and_a_problem(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "_GRACE", 0.2)

    finding = start(project, HEALTHY | {"stubborn": True})

    assert finding.problems == ("the server did not stop within 0.2 s of SIGTERM",)


def test_the_caller_s_own_settings_do_not_reach_the_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.com")
    monkeypatch.setenv("DATABASE_URL", "postgresql://production")

    start(project, HEALTHY)

    seen = json.loads((project.root.parent / "environment.json").read_text())
    assert "SMTP_URL" not in seen
    assert seen["DATABASE_URL"].startswith("sqlite:////")
    assert seen["MAIL_TO_LOG"] == "true"
    assert seen["PATH"] == os.environ["PATH"]


def record_edit(project: Project, source: str) -> None:
    (project.package / source).write_text("# edited\n")


@pytest.mark.parametrize("status", [401, 403])
def test_a_route_that_asks_for_a_key_is_alive(project: Project, status: int) -> None:
    assert start(project, HEALTHY | {"POST /notify": [[status, "{}"]]}).passed


@pytest.mark.parametrize(
    ("status", "passed"), [(200, True), (422, True), (503, True), (404, False), (500, False)]
)
def test_what_its_owner_edited_need_only_be_alive(
    project: Project, status: int, passed: bool
) -> None:
    record_edit(project, "modules/payments/router.py")

    assert start(project, HEALTHY | {"POST /payments": [[status, "{}"]]}).passed == passed


@pytest.mark.parametrize("source", ["metrics.py", "monitoring/metrics.py"])
def test_metrics_are_known_as_edited_wherever_a_version_put_them(
    project: Project, source: str
) -> None:
    answers = HEALTHY | {"GET /metrics": [[422, "{}"]]}
    assert not start(project, answers).passed

    record_edit(project, source)

    (project.root / ".venv/bin/python").unlink()
    (project.root / ".venv/bin").rmdir()
    assert start(project, answers).passed


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (["email", "message", "subject"], {"email": "ada@example.com", "message": "Hi"}),
        (["to", "subject", "body"], {"to": "ada@example.com", "subject": "Hello", "body": "Hi"}),
    ],
)
def test_a_project_of_before_is_sent_the_fields_that_it_knows(
    fields: list[str], body: dict[str, object]
) -> None:
    [notify] = [probe for probe in PROBES if probe.path == "/notify"]
    schemas = {"Other": {"type": "string"}, "Email": {"properties": {key: {} for key in fields}}}

    assert notify.for_project({"components": {"schemas": schemas}}).body == body
    assert notify.for_project({}).body == {"email": "ada@example.com", "message": "Hi"}


def test_a_run_of_an_edited_task_may_end_in_any_way(project: Project) -> None:
    record_edit(project, "tasks/send_email.py")

    assert start(project, HEALTHY | {"GET /tasks/1": [[200, '{"state": "failed"}']]}).passed


def test_a_project_without_a_health_route_is_asked_for_the_rest(project: Project) -> None:
    assert start(project, HEALTHY | {"GET /health/ready": [[404, "{}"]]}).passed


def test_a_document_that_is_none_is_a_problem(project: Project) -> None:
    finding = start(project, HEALTHY | {"GET /openapi.json": [[500, "oops"]]})

    assert finding.problems[0].startswith("GET /openapi.json: there is no OpenAPI document")
