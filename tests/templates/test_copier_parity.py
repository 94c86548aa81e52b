"""Copier gives the same bytes as our own renderer, for every combination of answers."""

import re
from pathlib import Path

import pytest
from copier import run_copy

from fastforge.answers.project import ENGINES, ProjectAnswers, refusal, valid_combinations
from fastforge.answers.values import Value
from fastforge.parts.project.command import complete
from fastforge.render import packaged_templates, render
from tests.combinations import pairwise
from tests.conftest import files_of

TEMPLATE = str(packaged_templates() / "project")
EXHAUSTIVE = pytest.mark.exhaustive("one more combination through Copier")
NASTY = "Sells \"3\" 🛒 at 50 % {{ off }} {% raw %} \\u0041 'x' \u202e<b>* 商店"


def project(**changes: Value) -> ProjectAnswers:
    usual: dict[str, Value] = {"name": "my-shop", "description": "Sells.", "author": "Ada"}
    return ProjectAnswers.from_dict({**usual, **changes})


def _choices(answers: ProjectAnswers) -> str:
    texts = {"name", "description", "author"}
    return " ".join(str(value) for name, value in answers.as_dict().items() if name not in texts)


EVERY = list(valid_combinations())
FIRST = pairwise(EVERY)
REST = [combination for combination in EVERY if combination not in FIRST]
CASES = [
    *(project(**combination) for combination in FIRST),
    *(pytest.param(project(**combination), marks=EXHAUSTIVE) for combination in REST),
    project(description=NASTY, author=NASTY, python="3.13", timezone="Asia/Shanghai"),
]


@pytest.mark.filterwarnings("ignore")  # Copier's own business
@pytest.mark.parametrize("answers", CASES, ids=_choices)
def test_copier_gives_the_same_bytes(tmp_path: Path, answers: ProjectAnswers) -> None:
    run_copy(TEMPLATE, tmp_path, data=answers.as_dict(), quiet=True, defaults=True, overwrite=True)

    assert files_of(tmp_path) == render("project", answers.context())


@pytest.mark.parametrize("engine", ENGINES)
def test_copier_gives_an_engine_the_same_broker(tmp_path: Path, engine: str) -> None:
    data = {"name": "my-shop", "author": "Ada", "database": "postgresql", "engine": engine}

    run_copy(TEMPLATE, tmp_path, data=data, quiet=True, defaults=True)

    usual = complete({**data, "python": "3.11"})
    assert files_of(tmp_path) == render("project", usual.context())


@pytest.mark.parametrize(
    "choices",
    [
        {"engine": "celery", "broker": "redis"},
        {"broker": "redis"},
        {"database": "postgresql", "engine": "taskiq", "broker": "none"},
    ],
    ids=str,
)
def test_copier_refuses_the_same_in_the_same_words(
    tmp_path: Path, choices: dict[str, Value]
) -> None:
    reason = refusal({**project().as_dict(), **choices})
    assert reason

    with pytest.raises(ValueError, match=re.escape(reason[0])):
        run_copy(TEMPLATE, tmp_path, data={"name": "my-shop", **choices}, quiet=True, defaults=True)

    assert files_of(tmp_path) == {}


def test_copier_has_the_same_defaults(tmp_path: Path) -> None:
    run_copy(TEMPLATE, tmp_path, data={"name": "my-shop"}, quiet=True, defaults=True)

    usual = project(
        description="A FastAPI service with scheduled jobs and background tasks.",
        author="The my-shop developers",
    )
    assert files_of(tmp_path) == render("project", usual.context())
