"""A service that cannot start says why in one line and ends; it does not try again and again."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes

STARTUP_FAILURE = 3
"""What uvicorn ends with; with --workers its parent ends too."""


def start(environment: dict[str, str], *options: str) -> tuple[int, list[str]]:
    """Start the server; give its exit code and what it said about the database."""
    command = [sys.executable, "-m", "uvicorn", "shop.main:app", "--port=0", *options]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in done.stderr
    return done.returncode, [line for line in done.stderr.splitlines() if "database" in line]


def test_a_database_that_cannot_be_reached_ends_the_start(
    environment: dict[str, str], no_database_url: str
) -> None:
    environment["DATABASE_URL"] = no_database_url

    code, [said] = start(environment)

    assert code == STARTUP_FAILURE
    assert "the database cannot be used: " in said


def test_several_workers_end_together(environment: dict[str, str], no_database_url: str) -> None:
    environment["DATABASE_URL"] = no_database_url

    _, said = start(environment, "--workers=2")

    assert len(said) <= 2
