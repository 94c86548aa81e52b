"""`change-module`: other routes, guard or search, merged with what its owner wrote."""

from pathlib import Path

import pytest

from fastforge.project.project import record_at
from tests.conftest import Fastforge, Ran, files_of
from tests.parts.small_shop import make_shop

FOLDER, RECORD = "src/shop/modules/links/", ".fastforge/modules/links.yml"
FIELDS = ("--field", "label:str{1,80}", "--field", "url:HttpUrl,unique", "--sort", "label")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_shop(tmp_path / "shop")


@pytest.fixture
def run(fastforge: Fastforge, shop: Path) -> Fastforge:
    """Run the command in the project, which has a module."""

    def run(*arguments: str, cwd: Path = shop) -> Ran:
        verify = [] if arguments[0] == "diff" else ["--no-verify"]
        return fastforge(*arguments, *verify, cwd=cwd)

    run("add-module", "links", *FIELDS, "--yes")
    return run


def parts_of(shop: Path) -> dict[str, bytes]:
    return {path: text for path, text in files_of(shop).items() if "links" in path}


def test_it_becomes_as_if_it_had_been_added_so_and_its_table_stays(
    run: Fastforge, shop: Path
) -> None:
    ran = run(
        *("change-module", "links", "--routes", "list,get", "--guard", "links:read"),
        *("--search", "label"),
    )

    changed = parts_of(shop)
    assert (ran.code, ran.out.splitlines()[:2]) == (0, ["GET /links", "GET /links/{link_id}"])
    assert "Up to date" in run("update", "--check").out
    run("remove-module", "links", "--yes")
    run(
        *("add-module", "links", *FIELDS, "--routes", "list,get", "--guard", "links:read"),
        *("--search", "label", "--yes"),
    )
    added = parts_of(shop)
    sources = {path for path in added if path.endswith(".py") and "migrations" not in path}
    assert {path: added[path] for path in sources} == {
        path: text
        for path, text in changed.items()
        if path.endswith(".py") and "migrations" not in path
    }


def test_what_its_owner_wrote_stays(run: Fastforge, shop: Path) -> None:
    router = shop / FOLDER / "router.py"
    router.write_text(router.read_text() + "\n\n# mine\n")
    before = files_of(shop)

    assert run("change-module", "links", "--guard", "none").code == 0

    assert router.read_text().endswith("# mine\n")
    assert "ClientOnly" not in router.read_text()
    assert {p for p in before if "migrations" in p and before[p] != files_of(shop).get(p)} == set()
    assert record_at(shop, RECORD).answers["guard"] == "none"
    assert run("update", "--abort").code == 0
    assert files_of(shop) == before


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("links",), "Nothing to change was given."),
        (("nope", "--guard", "user"), "There is no module nope that `fastforge add-module` made."),
        (("links", "--guard", "user!"), "user!"),
        (("links", "--routes", "list,fly"), "fly"),
        (("links", "--routes", "get"), "are of the route `list`, which is not chosen"),
        (("links", "--search", "nothing"), "nothing"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_changes_nothing(
    run: Fastforge, shop: Path, words: tuple[str, ...], problem: str
) -> None:
    before = files_of(shop)

    ran = run("change-module", *words)

    assert (ran.code, problem in ran.err) == (2, True)
    assert files_of(shop) == before
