"""Whole projects, byte for byte: a change of a template shows as a change of these trees.

The default project is kept whole, of another one only what differs from it, or from the other one
that is nearest to it.
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
ABSENT = "absent.txt"
USUAL: dict[str, Value] = {"name": "shop", "description": "Sells things.", "author": "Ada"}
CASES: dict[str, dict[str, Value]] = {
    "bare": {
        "name": "my-shop",
        "jobstore": "memory",
        "metrics": False,
        "page": False,
        "docker": False,
        "ci": "none",
        "examples": False,
    },
    "celery": {"database": "postgresql", "engine": "celery", "broker": "redis"},
    "taskiq": {
        "database": "postgresql",
        "engine": "taskiq",
        "broker": "rabbitmq",
        "metrics": False,
        "examples": False,
    },
}

NEAREST = {"taskiq": "celery"}


def project(changes: dict[str, Value]) -> Tree:
    answers = ProjectAnswers.from_dict({**USUAL, **changes})
    tree = render("project", answers.context())
    record = record_of("project", answers.name, answers.as_dict(), tree)
    return merged(tree, {record.path: record.content()})


def alike(tree: Tree) -> Tree:
    """Call the project what the default one is called, so that the two can be compared."""
    names = ("my_shop", "my-shop")
    for name in names:
        tree = {
            path.replace(name, "shop"): content.replace(name.encode(), b"shop")
            for path, content in tree.items()
        }
    return tree


def test_the_default_project_is_as_it_was(request: pytest.FixtureRequest) -> None:
    tree, golden = project({}), TREES / "default"
    if request.config.getoption("--update-golden"):
        shutil.rmtree(golden, ignore_errors=True)
        write_files(tree, golden)

    assert files_of(golden) == tree, "a template has changed: see the top of this file"


@pytest.mark.parametrize("name", CASES)
def test_another_project_differs_from_it_as_it_did(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Kept are the files that differ, and the names of those that it has not."""
    nearest = CASES[NEAREST[name]] if name in NEAREST else {}
    tree, default, golden = project(CASES[name]), project(nearest), TREES / name
    if request.config.getoption("--update-golden"):
        shutil.rmtree(golden, ignore_errors=True)
        own = {path for path, content in alike(tree).items() if default.get(path) != content}
        write_files({path: tree[path] for path in tree if alike({path: b""}).keys() & own}, golden)
        absent = sorted(default.keys() - alike(tree).keys())
        (golden / ABSENT).write_text("".join(f"{path}\n" for path in absent))

    differs = files_of(golden)
    absent = set(differs.pop(ABSENT).decode().splitlines())
    assert differs == {path: tree.get(path) for path in differs}
    rest = {path: content for path, content in default.items() if path not in absent}
    assert rest | alike(differs) == alike(tree), "a template has changed: see the top of this file"


def test_there_is_no_tree_without_a_case() -> None:
    assert {folder.name for folder in TREES.iterdir()} == {"default", *CASES}
