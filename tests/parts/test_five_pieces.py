"""Ten projects of five jobs, tasks and modules each, drawn by a seed and verified in full."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from typer.testing import CliRunner

from fastforge.answers.project import default_python
from fastforge.commands.app import app
from tests.environments import Environments
from tests.parts.commands import NAMES, WORDS
from tests.parts.small_shop import make_shop

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive("a whole project is verified")]

PIECES = 5


def draw_piece(number: int) -> list[str]:
    """Draw a command line; hypothesis begins with simple ones, so this is the longest of some."""
    command = list(WORDS)[number % len(WORDS)]
    drawn: list[list[str]] = []

    @seed(number)
    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(NAMES, WORDS[command])
    def draw(name: str, words: list[str]) -> None:
        drawn.append([command, f"{name}_{number}", *words])

    draw()
    return max(drawn, key=len)


@pytest.mark.parametrize("number", range(10))
def test_a_project_of_five_pieces_is_verified(
    tmp_path: Path, environments: Environments, number: int
) -> None:
    shop = make_shop(tmp_path / "shop")
    environments.provide(shop, default_python())
    environments.types(default_python(), shop / ".mypy_cache")
    pieces = [draw_piece(PIECES * number + piece) for piece in range(PIECES)]

    for line in pieces:
        done = CliRunner().invoke(app, [*line, "--no-verify", "-C", str(shop)])
        assert done.exception is None, (line, done.output)
    verified = subprocess.run(
        [sys.executable, "-m", "fastforge", "verify", "--json", "-C", str(shop)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert verified.returncode == 0, (pieces, verified.stderr)
    checks = json.loads(verified.stdout)["verification"]["checks"]
    assert all(check["passed"] for check in checks)
    assert next(c for c in checks if c["check"] == "tests")["facts"]["coverage_percent"] == 100
