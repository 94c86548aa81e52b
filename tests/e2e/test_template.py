"""Projects of somebody else's template, set up and verified."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Fastforge
from tests.template_repository import TemplateRepository, template

pytestmark = pytest.mark.e2e

PYPROJECT = """\
[project]
name = "{{ name }}"
version = "0"
requires-python = ">=3.11"

[dependency-groups]
dev = [{% if tested %}"pytest"{% endif %}]

[tool.uv]
package = false
"""
ASKS = {"name": {"type": "str"}, "right": True, "tested": True}
FILES = {
    "pyproject.toml.jinja": PYPROJECT,
    "tests/test_it.py.jinja": "def test_it() -> None:\n    assert {{ right }}, 'it is wrong'\n",
    ".gitignore.jinja": ".venv\n__pycache__\n",
}


def test_its_own_tests_are_run_and_its_lock_is_committed(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    template(tmp_path / "tested", ASKS, FILES)
    shop = TemplateRepository(tmp_path / "shop")

    ran = fastforge("new", "shop", "--template=tested", "--yes")

    assert ran.code == 0, ran.err
    assert [line.split()[:3] for line in ran.out.splitlines()[:4]] == [
        ["files", "passed", "4"],
        ["environment", "passed", "5"],
        ["git", "passed", "already"],
        ["tests", "passed", "1"],
    ]
    assert (shop.path / "uv.lock").is_file()

    shop.commit()
    updated = fastforge("update", "--data=right=false", cwd=shop.path)

    assert updated.code == 4
    assert f"When it is mended: cd {shop.path} && uv run pytest." in updated.err
    assert fastforge("update", "--abort", cwd=shop.path).code == 0
    assert shop.git("status", "--porcelain") == ""


def test_tests_that_fail_are_told_and_the_project_stays(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    template(tmp_path / "wrong", ASKS, FILES)

    ran = fastforge("new", "shop", "--template=wrong", "--yes", "--data=right=no")

    assert ran.code == 4
    assert "tests/test_it.py::test_it: AssertionError: it is wrong" in ran.err
    assert f"When it is mended: cd {tmp_path}/shop && uv run pytest" in ran.err
    assert (tmp_path / "shop/tests/test_it.py").is_file()


def test_without_pytest_it_is_said_that_nothing_was_verified(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    template(tmp_path / "untested", ASKS, FILES)

    ran = fastforge("new", "shop", "--template=untested", "--yes", "--data=tested=no")

    assert ran.code == 0, ran.err
    assert "nothing was verified: pytest is not installed by the project's default" in ran.err


def test_what_cannot_be_set_up_is_told_with_its_own_commands(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    broken = {"pyproject.toml.jinja": PYPROJECT.replace(">=3.11", "==3.2")}
    template(tmp_path / "broken", ASKS, {**FILES, **broken})

    ran = fastforge("new", "shop", "--template=broken", "--yes")

    assert ran.code == 5
    assert f"When it is mended: cd {tmp_path}/shop && uv sync && uv run pytest" in ran.err
    assert (tmp_path / "shop/.git").is_dir()


@pytest.mark.exhaustive("verifies one more project of ours")
def test_what_is_shaped_like_our_projects_is_verified_like_them(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    made = TemplateRepository(tmp_path / "forked")
    assert fastforge("new", "shop", "--bare", "--yes", "--no-verify", "--no-git").code == 0
    shutil.copytree(tmp_path / "shop", made.path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "shop")
    made.write({"copier.yml": "word: Hello\n"})
    made.commit("v1")

    ran = fastforge("new", "shop", "--template=forked", "--yes")

    assert ran.code == 0, ran.err
    assert [line.split()[0] for line in ran.out.splitlines()[3:8]] == [
        "tests",
        "lint",
        "format",
        "types",
        "start-up",
    ]
