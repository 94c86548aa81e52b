"""The examples of a new project can be removed as parts are."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.render import render
from tests.conftest import Fastforge, files_of
from tests.parts.small_shop import make_shop

ALL = (
    ("remove-module", "payments", "--yes"),
    ("remove-module", "notifications"),
    ("remove-job", "database_backup"),
    ("remove-task", "post_alert"),
)
PAYMENTS = "src/shop/modules/payments"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return make_shop(tmp_path / "shop")


VERSIONS = "src/shop/migrations/versions"


def bare() -> set[str]:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada", examples=False)
    return {*render("project", answers.context())}


@pytest.mark.parametrize(
    "first", [("remove-module", "notifications"), ("remove-task", "send_email")]
)
def test_without_its_examples_a_project_has_the_files_of_a_bare_one_and_few_more(
    shop: Path, fastforge: Fastforge, first: tuple[str, str]
) -> None:
    for words in (ALL[0], first, *ALL[2:]):
        ran = fastforge(*words, cwd=shop)
        assert ran.code == 0, ran.err
        assert ran.err.count("one example: they go together") == (words == first)

    left = {*files_of(shop)} - {".fastforge/project.yml"} - bare()
    [made, dropped, address] = sorted(left)
    assert address == "src/shop/values/mail_address.py"  # the settings refer to it
    assert made == f"{VERSIONS}/2026_01_01_payments_0002.py"  # later revisions follow it
    assert dropped.startswith(f"{VERSIONS}/drop_payments_")
    assert bare() < {*files_of(shop)}
    listed = json.loads(fastforge("list", "--json", cwd=shop).out)
    assert listed == {"modules": [], "jobs": [], "tasks": []}


def test_a_table_of_payments_that_may_be_in_use_is_dropped_by_a_revision(
    shop: Path, fastforge: Fastforge
) -> None:
    with closing(sqlite3.connect(shop / "shop.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0005')")

    refused = fastforge("remove-module", "payments", cwd=shop)
    assert (refused.code, (shop / PAYMENTS).exists()) == (2, True)
    assert fastforge("remove-module", "payments", "--yes", cwd=shop).code == 0

    [dropping] = (shop / VERSIONS).glob("drop_payments_*.py")
    text = dropping.read_text()
    assert 'op.drop_table("payments")' in text
    assert 'sa.UniqueConstraint("reference", name="uq_payments_reference"),' in text
    assert (shop / VERSIONS / "2026_01_01_payments_0002.py").is_file()
    assert not (shop / PAYMENTS).exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("remove-task", "send_email"), "from ..tasks.send_email import TASK"),
        (("remove-module", "notifications"), "from shop.tasks import send_email"),
        (("remove-job", "database_backup"), "import shop.jobs.database_backup"),
        (("remove-task", "post_alert"), "from shop.tasks import post_alert"),
    ],
)
def test_an_example_that_something_imports_is_kept(
    shop: Path, fastforge: Fastforge, words: tuple[str, str], line: str
) -> None:
    (shop / "src/shop/jobs/mine.py").write_text(f"{line}\n")
    before = files_of(shop)

    ran = fastforge(*words, cwd=shop)

    assert (ran.code, files_of(shop)) == (3, before)
    assert "src/shop/jobs/mine.py:1 imports" in ran.err
    assert fastforge(*words, "--force", cwd=shop).code == 0


def test_an_edited_example_is_removed_by_force_only(shop: Path, fastforge: Fastforge) -> None:
    (shop / PAYMENTS / "service.py").write_text("# mine\n")

    words = ("remove-module", "payments", "--yes")
    assert fastforge(*words, cwd=shop).code == 3
    assert fastforge(*words, "--force", cwd=shop).code == 0
    assert not (shop / PAYMENTS).exists()


def test_files_that_were_added_beside_an_example_stay(shop: Path, fastforge: Fastforge) -> None:
    assert fastforge("add-task", "mine", "--no-verify", "--yes", cwd=shop).code == 0

    assert fastforge("remove-task", "send_email", cwd=shop).code == 0

    assert (shop / "src/shop/tasks/mine.py").is_file()
    assert (shop / "tests/tasks/test_mine.py").is_file()


def test_an_example_is_removed_once(shop: Path, fastforge: Fastforge) -> None:
    shown = fastforge("remove-job", "nothing", cwd=shop)
    fastforge("remove-job", "database_backup", cwd=shop)
    again = fastforge("remove-job", "database_backup", cwd=shop)

    assert "It added: database_backup." in shown.err
    assert (again.code, "has added no job yet" in again.err) == (2, True)
