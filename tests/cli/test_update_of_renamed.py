"""`update` of a project of 0.1.0 in which the user gave a module's folder another name."""

import shutil
from pathlib import Path

import pytest

from fastforge.changes.opening import open_project
from fastforge.project.revisions import heads, read_revisions
from tests.conftest import Fastforge, files_of
from tests.old_project import unpack_old_project

TOLD = "note: The module products is modules/goods in your project, and is updated there."
EDITED = "edited  src/shop/modules/goods/models.py\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project whose module `products` is in folders called `goods`, with one edit."""
    project = unpack_old_project(tmp_path)
    for rooms in ("src/shop/modules", "tests/modules"):
        shutil.move(project / rooms / "products", project / rooms / "goods")
    for path in project.rglob("modules/goods/*.py"):
        path.write_text(path.read_text().replace("modules.products", "modules.goods"))
    models = project / "src/shop/modules/goods/models.py"
    models.write_text(models.read_text().replace("One row;", "One thing on sale;"))
    return project


def test_it_is_updated_under_its_new_name(shop: Path, fastforge: Fastforge) -> None:
    before = fastforge("diff", "--names", cwd=shop)
    ran = fastforge("update", "--no-verify", cwd=shop)

    assert (before.code, before.out) == (0, EDITED)
    assert (ran.code, TOLD in ran.err) == (0, True), ran.err
    tests = {path.name for path in (shop / "tests/modules/goods").iterdir()}
    assert "test_conflicts.py" in tests  # which 0.1.0 did not have
    named = [path for path, text in files_of(shop).items() if b"modules.products" in text]
    assert [path for path in named if ".fastforge/update/" not in path] == []
    assert not list(shop.rglob("modules/products"))
    [head] = heads(read_revisions(open_project(shop)))
    assert head.path.name.startswith("join_")
    assert list(shop.glob("src/shop/migrations/versions/create_products_*.py"))


def test_the_next_update_and_diff_know_it_by_its_record(shop: Path, fastforge: Fastforge) -> None:
    fastforge("update", "--no-verify", cwd=shop)

    again = fastforge("update", "--no-verify", cwd=shop)
    found = fastforge("diff", "--names", cwd=shop)

    assert (again.code, again.out.startswith("Up to date")) == (0, True), again.out
    assert (found.code, found.out, found.err) == (0, EDITED, "")


def test_a_folder_is_taken_for_no_module_if_two_could_be_it(
    shop: Path, fastforge: Fastforge
) -> None:
    shutil.copytree(shop / "src/shop/modules/goods", shop / "src/shop/modules/wares")

    ran = fastforge("update", "--no-verify", "--dry-run", cwd=shop)

    assert TOLD not in ran.err
    assert "create_products" not in ran.err  # its table is made as before


def test_a_module_of_the_user_that_only_has_such_files_is_left_alone(
    shop: Path, fastforge: Fastforge
) -> None:
    own = shop / "src/shop/modules/goods"
    for file in own.glob("*.py"):
        file.write_text(f'"""The {file.stem} of goods."""\n')
    shutil.rmtree(shop / "tests/modules/goods")
    before = files_of(own)

    ran = fastforge("update", "--no-verify", cwd=shop)

    assert (ran.code, TOLD in ran.err) == (0, False), ran.err
    assert files_of(own) == before
