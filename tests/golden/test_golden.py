"""Whole projects, byte for byte: a change of a template shows as a change of these trees.

`pytest tests/golden --update-golden` writes them anew; then read `git diff tests/golden`.
"""

import shutil
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.answers.values import Value
from fastforge.changes.plan import merged
from fastforge.changes.staging import write_files
from fastforge.project.record import record_of
from fastforge.render import Tree, render
from tests.conftest import files_of

TREES = Path(__file__).parent / "trees"
USUAL: dict[str, Value] = {"name": "shop", "description": "Sells things.", "author": "Ada"}
CASES: dict[str, dict[str, Value]] = {
    "default": {},
    "bare": {
        "name": "my-shop",
        "jobstore": "memory",
        "metrics": False,
        "docker": False,
        "ci": "none",
        "examples": False,
    },
}


def project(changes: dict[str, Value]) -> Tree:
    answers = ProjectAnswers.from_dict({**USUAL, **changes})
    tree = render("project", answers.context())
    record = record_of("project", answers.name, answers.as_dict(), tree)
    return merged(tree, {record.path: record.content()})


@pytest.mark.parametrize("name", CASES)
def test_a_project_is_as_it_was(name: str, request: pytest.FixtureRequest) -> None:
    tree = project(CASES[name])
    golden = TREES / name
    if request.config.getoption("--update-golden"):
        shutil.rmtree(golden, ignore_errors=True)
        write_files(tree, golden)

    assert files_of(golden) == tree, "a template has changed: see the top of this file"


def test_there_is_no_tree_without_a_case() -> None:
    assert {folder.name for folder in TREES.iterdir()} == set(CASES)
