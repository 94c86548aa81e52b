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
        verify = [] if arguments[0] in {"diff", "remove-module"} else ["--no-verify"]
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
    assert run("remove-module", "links", "--yes").code == 0
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


def revisions_of(shop: Path) -> list[Path]:
    return list((shop / "src/shop/migrations/versions").glob("change_links_*.py"))


def test_other_fields_come_with_a_revision_that_abort_takes_back(
    run: Fastforge, shop: Path
) -> None:
    before = files_of(shop)

    ran = run(
        *("change-module", "links", "--add-field", "rank:int=0", "--rename-field", "label=title"),
        *("--drop-field", "url", "--filter", "rank", "--yes"),
    )

    assert ran.code == 0, ran.err
    [revision] = revisions_of(shop)
    assert revision.read_text().startswith(
        '"""The table links: add rank, drop url, call label title."""\n'
    )
    answers = record_at(shop, RECORD).answers
    assert answers["fields"] == ["title:str{1,80}", "rank:int=0"]
    assert (answers["filters"], answers["sorts"]) == (["rank"], ["title"])
    assert answers["altered"] == [revision.stem.removeprefix("change_links_")]
    schemas = (shop / FOLDER / "schemas.py").read_text()
    assert "    title: " in schemas
    assert "label" not in schemas
    assert "Up to date" in run("update", "--check").out
    assert run("update", "--abort").code == 0
    assert files_of(shop) == before


def test_the_table_is_made_as_before_and_changed_step_by_step(run: Fastforge, shop: Path) -> None:
    [created] = (shop / "src/shop/migrations/versions").glob("create_links_*.py")
    first = created.read_bytes()

    for name in ("a", "b"):
        assert run("change-module", "links", "--add-field", f"{name}:bool=no").code == 0
    assert run("change-module", "links", "--guard", "none").code == 0

    assert created.read_bytes() == first
    texts = [path.read_text() for path in revisions_of(shop)]
    assert sorted("add_column" in text and text.count('"b"') for text in texts) == [0, 4]
    removed = run("remove-module", "links", "--yes")
    assert removed.code == 0, removed.err
    [dropping] = (shop / "src/shop/migrations/versions").glob("drop_links_*.py")
    assert 'sa.Column("b", sa.Boolean(), nullable=False)' in dropping.read_text()


def test_a_list_that_is_asked_by_more_gets_its_indexes(run: Fastforge, shop: Path) -> None:
    assert run("change-module", "links", "--filter", "created_at>=,label").code == 0
    assert revisions_of(shop) == []  # it is sorted by the one, and has an index for it

    assert run("change-module", "links", "--sort", "").code == 0

    [revision] = revisions_of(shop)
    lines = [line.strip() for line in revision.read_text().splitlines()]
    assert lines[lines.index("def upgrade() -> None:") + 2 :][:5] == [
        'with op.batch_alter_table("links") as batch:',
        'batch.drop_index(op.f("ix_links_label_links_id"))',
        'with op.batch_alter_table("links") as batch:',
        'batch.create_index(op.f("ix_links_label"), ["label"])',
        "",
    ]


def test_what_would_lose_data_is_asked_for(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    ran = run("change-module", "links", "--drop-field", "url")

    assert ran.code == 2
    assert "A migration drops from the table links: url." in ran.err
    assert files_of(shop) == before
    assert run("change-module", "links", "--drop-field", "url", "--dry-run").code == 0
    assert files_of(shop) == before


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--add-field", "n:int"), "has no value for the rows that are there"),
        (("--add-field", "n:UUID=new"), "needs another value in each row"),
        (("--add-field", "n:str{1,9}=x,unique"), "flag after the default"),
        (("--add-field", "n:str{1,9},unique=x"), "needs another value in each row"),
        (("--add-field", "n:->links"), "refers to the module links itself"),
        (("--add-field", "url:str=x"), "`url` is there, or is named twice"),
        (("--add-field", "n:int=0", "--add-field", "n:int=0"), "`n` is there, or is named twice"),
        (("--drop-field", "nope"), "The module has no field `nope`."),
        (("--drop-field", "url", "--drop-field", "url"), "`url` is there, or is named twice"),
        (("--drop-field", "url", "--drop-field", "label"), "Without these fields the module"),
        (("--rename-field", "url"), "--rename-field url cannot be read."),
        (("--rename-field", "url=label"), "`label` is there, or is named twice"),
        (("--rename-field", "url=a", "--rename-field", "label=a"), "`a` is there, or is named"),
        (("--rename-field", "url=id"), "`id` is in every table already"),
        (("--rename-field", "url=class"), "class"),
    ],
    ids=" ".join,
)
def test_fields_that_cannot_be_change_nothing(
    run: Fastforge, shop: Path, words: tuple[str, ...], problem: str
) -> None:
    before = files_of(shop)

    ran = run("change-module", "links", *words, "--yes")

    assert (ran.code, problem in " ".join(ran.err.split())) == (2, True), ran.err
    assert files_of(shop) == before
