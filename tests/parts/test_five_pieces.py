"""Ten projects of five jobs, tasks and modules each, drawn by a seed and verified in full.

They share one environment, which each project is installed into when its turn comes.
"""

import json
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st
from typer.testing import CliRunner

from fastforge.cli import app
from tests.parts.commands import command_lines
from tests.parts.small_shop import make_shop

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive("a whole project is verified")]

PIECES = 5


def draw_pieces(number: int) -> list[list[str]]:
    """Draw command lines; hypothesis begins with simple ones, so these are the last of more."""
    numbers, lines = count(), list[list[str]]()

    @seed(number)
    @settings(max_examples=4 * PIECES, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        lines.append(data.draw(command_lines(next(numbers))))

    draw()
    return lines[-PIECES:]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("environment")


@pytest.mark.parametrize("number", range(10))
def test_a_project_of_five_pieces_is_verified(
    tmp_path: Path, environment: Path, number: int
) -> None:
    shop = make_shop(tmp_path / "shop")
    (shop / ".venv").symlink_to(environment)
    pieces = draw_pieces(number)

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
