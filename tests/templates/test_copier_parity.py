"""Copier gives the same bytes as our own renderer, for every combination of answers."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from copier import run_copy, run_update

from fastforge.answers.project import ENGINES, ProjectAnswers, refusal, valid_combinations
from fastforge.answers.values import Value
from fastforge.parts.project.command import complete
from fastforge.render import packaged_templates, render, render_folder
from tests.combinations import pairwise
from tests.conftest import files_of
from tests.template_repository import TemplateRepository

TEMPLATE = str(packaged_templates() / "project")
EXHAUSTIVE = pytest.mark.exhaustive("one more combination through Copier")
NASTY = "Sells \"3\" 🛒 at 50 % {{ off }} {% raw %} \\u0041 'x' \u202e<b>* 商店"


GONE = "tests/machinery/test_architecture.py"
"""A file that an invented newer version does without."""


def copied(folder: Path) -> dict[str, bytes]:
    """Give what Copier made, but for the file in which it keeps its answers."""
    files = files_of(folder)
    files.pop(".copier-answers.yml", None)
    return files


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

    assert copied(tmp_path) == render("project", answers.context())


@pytest.mark.parametrize("engine", ENGINES)
def test_copier_gives_an_engine_the_same_broker(tmp_path: Path, engine: str) -> None:
    data = {"name": "my-shop", "author": "Ada", "database": "postgresql", "engine": engine}

    run_copy(TEMPLATE, tmp_path, data=data, quiet=True, defaults=True)

    usual = complete({**data, "python": "3.11"})
    assert copied(tmp_path) == render("project", usual.context())


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
    assert copied(tmp_path) == render("project", usual.context())


@pytest.mark.filterwarnings("ignore")  # Copier's own business
@pytest.mark.parametrize(
    "answers",
    [project(), project(database="postgresql", engine="celery", broker="redis", docker=False)],
    ids=_choices,
)
def test_copiers_update_gives_the_bytes_of_a_newer_project(
    tmp_path: Path, answers: ProjectAnswers
) -> None:
    """What anybody can do with Copier alone: our template as a repository with tags."""
    ours = TemplateRepository(tmp_path / "template")
    shutil.copytree(TEMPLATE, ours.path, dirs_exist_ok=True)
    ours.commit("v1.0.0")
    shop = TemplateRepository(tmp_path / "my-shop")
    run_copy(
        str(ours.path), shop.path, data=answers.as_dict(), defaults=True, quiet=True, overwrite=True
    )
    shop.commit()
    first = copied(shop.path)
    change_template(ours)

    run_update(shop.path, defaults=True, quiet=True, overwrite=True)

    second = render_folder(ours.path, answers.context())
    assert copied(shop.path) == second
    assert {path for path in first if path not in second} == {GONE}
    assert {path for path in second if path not in first} == {"docs/new.md"}
    kept = yaml.safe_load((shop.path / ".copier-answers.yml").read_text())
    asked = {name: value for name, value in answers.as_dict().items() if name in kept}
    source = {"_commit": "v1.1.0", "_src_path": str(ours.path)}
    assert kept == {**source, **asked, "package": answers.package}
    assert len(asked) > 10


def change_template(ours: TemplateRepository) -> None:
    """Make a new version of it: a line more, a file more, and one less."""
    readme = ours.path / "template/README.md.jinja"
    ours.write(
        {
            "template/README.md.jinja": readme.read_text() + "\nOne more line for {{ name }}.\n",
            "template/docs/new.md.jinja": "# {{ name }}\n",
            f"template/{GONE}.jinja": None,
        }
    )
    ours.commit("v1.1.0")


def test_our_own_files_have_none_of_copiers() -> None:
    assert not [path for path in render("project", project().context()) if "copier" in path]
