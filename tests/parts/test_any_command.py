"""What the grammars allow compiles, lints, is formatted and collected; all else changes nothing.

A batch is 100 command lines in one project, one in ten of them hostile. Two are tried, and 20 with
`--exhaustive`.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st
from typer.testing import CliRunner

from fastforge.answers.project import default_python
from fastforge.commands.app import app
from fastforge.environment.uv import child_environment, program
from fastforge.errors import FastforgeError
from tests.conftest import files_of
from tests.environments import Environments
from tests.parts.commands import command_lines, hostile_command_lines
from tests.parts.small_shop import make_shop

pytestmark = pytest.mark.e2e  # collects in a real environment

BATCH, HOSTILE = 90, 10
MORE = pytest.mark.exhaustive("100 more lines")
ALL = [0, 1, *(pytest.param(number, marks=MORE) for number in range(2, 20))]


@pytest.mark.parametrize("batch", ALL)
def test_any_part_is_clean_as_rendered(
    tmp_path: Path, environments: Environments, batch: int
) -> None:
    shop = make_shop(tmp_path / "shop")
    before = files_of(shop)

    lines = _add(shop, batch)
    _refuse(shop, batch)

    after = files_of(shop)
    assert {path: after[path] for path in before} == before
    for path in after.keys() - before.keys():
        if path.endswith(".py"):
            compile(after[path], path, "exec")
    problems = [*_ruff(shop, "check", "--output-format=concise"), *_ruff(shop, "format", "--diff")]
    assert problems == [], [line for line in lines if line[1] in str(problems)]
    environments.provide(shop, default_python())
    output = _collect(shop)
    assert output == "", [line for line in lines if line[1] in output]


def _add(shop: Path, batch: int) -> list[list[str]]:
    """Carry out command lines that are accepted; give them."""
    numbers, lines = count(), list[list[str]]()

    @seed(batch)
    @settings(max_examples=BATCH, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def add(data: st.DataObject) -> None:
        modules = {line[1]: "--owned" in line for line in lines if line[0] == "add-module"}
        line = data.draw(command_lines(next(numbers), modules))
        done = CliRunner().invoke(app, [*line, "--no-verify", "-C", str(shop)])
        assert done.exception is None, (line, done.output)
        lines.append(line)

    add()
    return lines


def _refuse(shop: Path, batch: int) -> None:
    """Try command lines that may have to be refused: then nothing changes and it is said why."""

    @seed(batch)
    @settings(max_examples=HOSTILE, suppress_health_check=list(HealthCheck))
    @given(hostile_command_lines())
    def refuse(line: list[str]) -> None:
        before = files_of(shop)
        done = CliRunner().invoke(
            app, ["--debug", *line[:1], "--no-verify", "-C", str(shop), *line[1:]]
        )
        if done.exception is not None:
            code = getattr(done.exception, "exit_code", getattr(done.exception, "code", None))
            assert isinstance(done.exception, FastforgeError | SystemExit), (line, done.exception)
            assert code in {2, 3}, (line, done.exception)
            assert files_of(shop) == before, line

    refuse()


def _ruff(folder: Path, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    yield from done.stdout.splitlines() if done.returncode else ()


def _collect(shop: Path) -> str:
    """Give what pytest says if it cannot collect all tests of the project."""
    done = subprocess.run(
        [program(shop, "python"), "-m", "pytest", "--collect-only", "-q", "--assert=plain"],
        cwd=shop,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""
