"""Modules that are added to a real project by the installed wheel: verified, forked, removed."""

import asyncio
import json
import shlex
import subprocess
from pathlib import Path

import pytest

from fastforge.changes.opening import open_project
from fastforge.environment.uv import child_environment, program, set_up
from fastforge.verify.checks.migrations import JOIN, check_migrations
from tests.conftest import Ran
from tests.e2e.conftest import Installed, exhaustive_only
from tests.environments import copy_project

pytestmark = pytest.mark.e2e

FIELDS = ("name:str{1,80}", "sku:str{3,20},unique", "price:Decimal>=0,index", "stock:int=0")
MORE = ("sold_at:datetime", "site:HttpUrl|None=None", "tags:list[str{1,9}]{,3}=[]", "weight:float")
PRODUCTS = ("add-module", "products", "--gateway")
PRODUCTS += tuple(word for field in (*FIELDS, *MORE) for word in ("--field", field))
SCHEMA = "tests/machinery/database/test_schema.py"
AND_SCHEMA = (f"{SCHEMA}::test_the_migrations_make_what_the_models_say",)
NOTES = ("add-module", "notes")


@pytest.fixture(scope="module")
def modules(
    shop: Path, installed: Installed, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Ran]]:
    """A project with two modules, and what the commands said."""
    project = tmp_path_factory.mktemp("modules") / "shop"
    copy_project(shop, project)
    return project, [installed(*words, "--json", cwd=project) for words in (PRODUCTS, NOTES)]


def test_each_module_is_verified_when_it_is_added(modules: tuple[Path, list[Ran]]) -> None:
    for ran in modules[1]:
        assert ran.code == 0, ran.err
        report = json.loads(ran.out)["verification"]
        assert [check["check"] for check in report["checks"]] == [
            *("tests", "lint", "format", "types (ty)")
        ]
        assert SCHEMA in report["checks"][0]["command"]
        assert report["passed"]


MUTANTS = (
    ("models", "unique=True", "unique=False"),
    ("repository", "exclude_unset=only_sent", "exclude_unset=False"),
    ("gateway", "not response.is_success", "response.is_server_error"),
)
MORE_MUTANTS = (
    ("schemas", "max_length=20", "max_length=21"),
    ("schemas", "lt=2**63", "le=2**63"),
    ("models", "str(value)", "str(float(value))"),
    ("repository", '    "site",\n', ""),
    ("repository", "self.session.delete(row)", "pass"),
    ("service", "next=after", "next=None"),
    ("service", "require_match(if_match, ProductView.model_validate(row))", "pass"),
    ("gateway", "timeout=settings.timeout_seconds", "timeout=5"),
)


@pytest.mark.parametrize(("file", "old", "new"), [*MUTANTS, *exhaustive_only(MORE_MUTANTS)])
def test_the_tests_of_a_module_fail_when_it_changes(
    modules: tuple[Path, list[Ran]], file: str, old: str, new: str
) -> None:
    project = modules[0]
    source = project / f"src/shop/modules/products/{file}.py"
    original = source.read_text()
    assert old in original
    source.write_text(original.replace(old, new))

    done = _run(project, "pytest", "-q", "-x", "tests/modules/products", *AND_SCHEMA)
    source.write_text(original)

    assert done.returncode == 1, done.stdout


def test_two_branches_give_two_heads_that_verify_names_and_alembic_joins(
    modules: tuple[Path, list[Ran]], tmp_path: Path
) -> None:
    project = tmp_path / "shop"
    copy_project(modules[0], project)
    [path] = (project / "src/shop/migrations/versions").glob("create_notes_*.py")
    [first] = (project / "src/shop/migrations/versions").glob("create_products_*.py")
    parent = first.stem.removeprefix("create_products_")
    path.write_text(path.read_text().replace(parent, "0006"))  # as on a branch of its own

    set_up(project)
    forked = asyncio.run(check_migrations(open_project(project), tmp_path))

    assert not forked.passed
    assert len(forked.problems) == 3
    assert forked.problems[-1] == f"join them: {JOIN}"
    joined = _run(project, *shlex.split(JOIN.removeprefix("uv run ")))
    assert joined.returncode == 0, joined.stdout + joined.stderr
    assert asyncio.run(check_migrations(open_project(project), tmp_path)).passed
    assert _run(project, "alembic", "upgrade", "head").returncode == 0
    assert _run(project, "pytest", "-q", SCHEMA).returncode == 0


def test_a_removed_module_leaves_a_project_whose_migrations_and_models_agree(
    modules: tuple[Path, list[Ran]], installed: Installed, tmp_path: Path
) -> None:
    project = tmp_path / "shop"
    copy_project(modules[0], project, "*.db")
    assert installed("remove-module", "notes", cwd=project).code == 0  # never applied
    assert not list((project / "src/shop/migrations/versions").glob("*notes*"))
    set_up(project)
    assert _run(project, "alembic", "upgrade", "heads").returncode == 0

    assert installed("remove-module", "products", "--yes", cwd=project).code == 0

    assert len(list((project / "src/shop/migrations/versions").glob("*products*"))) == 2
    assert _run(project, "alembic", "upgrade", "heads").returncode == 0
    checked = _run(project, "alembic", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert _run(project, "pytest", "-q", SCHEMA).returncode == 0
    assert _run(project, "alembic", "downgrade", "-1").returncode == 0


def _run(project: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(project, "python"), "-m", name, *arguments],
        cwd=project,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
