"""How the service starts, ends and logs, with one process and with several."""

import json
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import make_url

pytestmark = pytest.mark.processes

STARTUP_FAILURE = 3
COMMAND = [sys.executable, "-m", "shop", "--port=0"]
WORKERS = pytest.mark.parametrize("workers", [1, 2])


def start(environment: dict[str, str], workers: int = 1) -> tuple[int, list[str]]:
    """Start the server, which fails; return its exit code and its lines."""
    done = subprocess.run(  # noqa: S603
        [*COMMAND, f"--workers={workers}"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout
    return done.returncode, done.stdout.splitlines()


@contextmanager
def serving(environment: dict[str, str], workers: int) -> Generator[tuple[str, list[str]]]:
    """Serve until the end of the block; return the address and the lines so far."""
    lines: list[str] = []
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(  # noqa: S603
            [*COMMAND, f"--workers={workers}", f"--fd={listener.fileno()}"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
            text=True,
        ) as process,
    ):
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/health/live", lines
        finally:
            process.terminate()
            lines += process.communicate()[0].splitlines()


@WORKERS
def test_a_database_that_cannot_be_reached_ends_the_start(
    environment: dict[str, str], no_database_url: str, workers: int
) -> None:
    environment["DATABASE_URL"] = no_database_url

    code, lines = start(environment, workers)

    said = [line for line in lines if "the database cannot be used: " in line]
    assert code == STARTUP_FAILURE
    assert 1 <= len(said) <= workers, "a worker was started again"


def test_a_setting_that_is_wrong_ends_the_start(environment: dict[str, str]) -> None:
    environment["POLL_SECONDS"] = "soon"

    code, [said] = start(environment, workers=2)

    assert code == STARTUP_FAILURE
    assert said.startswith("the service cannot start: POLL_SECONDS: Input should be a valid number")


def test_a_folder_for_metrics_that_is_named_too_late_ends_the_start(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PROMETHEUS_MULTIPROC_DIR=metrics\n")

    code, lines = start(environment, workers=2)

    assert code == STARTUP_FAILURE
    assert any("PROMETHEUS_MULTIPROC_DIR in .env is read too late" in line for line in lines)


@WORKERS
def test_every_line_is_json_where_that_is_asked_for(
    environment: dict[str, str], workers: int
) -> None:
    with serving({**environment, "LOG_JSON": "true"}, workers) as (live, lines):
        urlopen(live, timeout=60).close()  # noqa: S310

    parsed = [json.loads(line) for line in lines]
    [access] = [line for line in parsed if line["name"] == "uvicorn.access"]
    assert access["level"] == "INFO"
    assert access["message"].endswith('"GET /health/live HTTP/1.1" 200')
    parents = [line for line in parsed if line["message"].startswith("Started parent process")]
    assert [line["pid"] != access["pid"] for line in parents] == [True] * (workers - 1)


def test_the_level_holds_for_lines_of_the_server(environment: dict[str, str]) -> None:
    with serving({**environment, "LOG_LEVEL": "ERROR"}, workers=2) as (live, lines):
        urlopen(live, timeout=60).close()  # noqa: S310

    assert lines == []


def test_a_wrong_password_is_said_without_showing_it(environment: dict[str, str]) -> None:
    url = make_url(environment["DATABASE_URL"]).set(password="not this one")  # noqa: S106
    environment["DATABASE_URL"] = url.render_as_string(hide_password=False)

    code, lines = start(environment)

    said = next(line for line in lines if "the database cannot be used: " in line)
    assert code == STARTUP_FAILURE
    assert "password authentication failed" in said
    assert "not this one" not in "".join(lines)
