"""Each project is clean under its own lint, whatever was chosen."""

import subprocess
import sys
from pathlib import Path

import pytest

from fastforge.answers.project import PYTHONS, ProjectAnswers
from fastforge.render import render
from fastforge.changes.staging import write_files
from tests.combinations import Row, all_chosen, name_of

TEXTS: Row = {"name": "shop", "description": "Sells.", "author": "Ada"}
WORDS = [("check", "--output-format=concise"), ("format", "--check")]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize(
    "row", [*({"python": python} for python in PYTHONS), *all_chosen()], ids=name_of
)
def test_a_project_is_clean(tmp_path: Path, row: Row, words: tuple[str, ...]) -> None:
    """Its Python need not be on this machine."""
    answers = ProjectAnswers.from_dict({**TEXTS, **row})
    write_files(render("project", answers.context()), tmp_path / "shop")

    command = [sys.executable, "-m", "ruff", *words, "--no-cache", "."]
    done = subprocess.run(
        command, cwd=tmp_path / "shop", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
