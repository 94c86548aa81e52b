"""Whatever command line the grammars allow, the part compiles, lints and is formatted.

`pytest tests/parts --command-lines 200` draws more.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from fastforge.answers import ProjectAnswers
from fastforge.cli import app
from fastforge.plan import merged
from fastforge.record import record_of
from fastforge.render import render
from fastforge.staging import write_files
from tests.conftest import files_of
from tests.parts.commands import NAMES, add_job, add_task


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    tree = render("project", answers.context())
    record = record_of("project", "shop", answers.as_dict(), tree)
    write_files(merged(tree, {record.path: record.content()}), tmp_path)
    return tmp_path


def test_any_part_is_clean_as_rendered(shop: Path, request: pytest.FixtureRequest) -> None:
    before, numbers = files_of(shop), count()
    commands: dict[str, list[str]] = {}

    @settings(
        max_examples=request.config.getoption("--command-lines"),
        suppress_health_check=list(HealthCheck),
    )
    @given(NAMES, add_job(), add_task())
    def add_both(name: str, job: list[str], task: list[str]) -> None:
        number = next(numbers)
        for command, words in (("add-job", job), ("add-task", task)):
            part = f"{name}_{command[4]}{number}"
            arguments = [command, part, *words, "--no-verify", "-C", str(shop)]
            done = CliRunner().invoke(app, arguments)
            assert done.exception is None, (arguments, done.output)
            commands[part] = arguments

    add_both()

    after = files_of(shop)
    assert {path: after[path] for path in before} == before
    for path in after.keys() - before.keys():
        if path.endswith(".py"):
            compile(after[path], path, "exec")
    problems = [*_ruff(shop, "check", "--output-format=concise"), *_ruff(shop, "format", "--diff")]
    assert problems == [], [words for part, words in commands.items() if part in str(problems)]


def _ruff(folder: Path, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    yield from done.stdout.splitlines() if done.returncode else ()
