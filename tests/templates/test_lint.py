"""Lint follows the Python a project asks for, also one that is not on this machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from fastforge.answers import PYTHONS, ProjectAnswers
from fastforge.render import render
from fastforge.staging import write_files


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("words", [("check", "--output-format=concise"), ("format", "--check")])
def test_a_project_is_clean_whatever_its_python(
    tmp_path: Path, python: str, words: tuple[str, ...]
) -> None:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada", python=python)
    write_files(render("project", answers.context()), tmp_path / "shop")

    command = [sys.executable, "-m", "ruff", *words, "--no-cache", "."]
    done = subprocess.run(
        command, cwd=tmp_path / "shop", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
