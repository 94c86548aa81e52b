"""`add-module --owned`: rows belong to the caller that made them. What is written, and refused."""

import json
from pathlib import Path

import pytest

from fastforge.project.project import record_at
from tests.cli.test_modules import make
from tests.conftest import Fastforge, Ran, files_of

FIELDS = ("--field=label:str{1,80},unique", "--field=rank:int,index", "--field=day:date")
LINKS = ("add-module", "links", *FIELDS, "--sort=day", "--filter=rank>=", "--owned")
SOURCES, VERSIONS = "src/shop/modules", "src/shop/migrations/versions"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project without an environment, whose clients send keys."""
    return make(tmp_path)


@pytest.fixture
def run(fastforge: Fastforge, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Fastforge:
    """Run the command in the project."""
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*arguments: str, cwd: Path = shop) -> Ran:
        return fastforge(*arguments, *([] if arguments[0] == "list" else ["--no-verify"]), cwd=cwd)

    return run


def source(shop: Path, module: str, name: str) -> str:
    return (shop / SOURCES / module / f"{name}.py").read_text()


def revision(shop: Path, module: str) -> str:
    [path] = (shop / VERSIONS).glob(f"create_{module}_*.py")
    return path.read_text()


def test_its_table_has_an_owner_by_whom_rows_are_found_and_unique(
    run: Fastforge, shop: Path
) -> None:
    ran = run(*LINKS)

    models, made = source(shop, "links", "models"), revision(shop, "links")
    assert (ran.code, ran.err) == (0, "")
    for columns in ('"created_at"', '"rank"', '"day", "id"'):
        assert f'schema.Index(None, "owner", {columns})' in models
        assert f'["owner", {columns}]' in " ".join(made.split())
    assert 'schema.UniqueConstraint("owner", "label")' in models
    assert 'sa.UniqueConstraint("owner", "label", name=op.f("uq_links_owner_label"))' in made
    assert 'sa.Column("owner", sa.String(255), nullable=False)' in made
    assert "owner" not in source(shop, "links", "schemas")
    assert 'TAKEN = "another link of yours has this label"' in source(shop, "links", "service")
    assert (shop / "tests/modules/links/test_owners.py").is_file()


def test_it_is_in_the_record_the_command_and_the_list(run: Fastforge, shop: Path) -> None:
    run("add-module", "notes")
    made = json.loads(run(*LINKS, "--json").out)

    assert made["answers"]["owned"] is True
    assert made["command"].endswith(" --owned")
    owned = {name: record_at(shop, f".fastforge/modules/{name}.yml") for name in ("links", "notes")}
    assert {name: each.answers["owned"] for name, each in owned.items()} == {
        "links": True,
        "notes": False,
    }
    listed = json.loads(run("list", "--json").out)["modules"]
    assert [each["name"] for each in listed if each["owned"]] == ["links"]
    assert run("list").out.count("rows belong to the caller that made them") == 1


def test_the_same_command_again_changes_nothing_and_another_is_refused(
    run: Fastforge, shop: Path
) -> None:
    run(*LINKS)
    before = files_of(shop)

    assert run(*LINKS).code == 0
    assert run(*[word for word in LINKS if word != "--owned"]).code == 3
    assert files_of(shop) == before


@pytest.mark.parametrize(
    ("guard", "caller"),
    [
        ("user", "import CallerDep, ClientOnly"),
        ("links:read", 'Caller, client_with("links:read")]'),
    ],
)
def test_the_caller_is_found_by_what_guards_the_routes(
    run: Fastforge, shop: Path, guard: str, caller: str
) -> None:
    run(*LINKS, "--guard", guard)

    assert caller in source(shop, "links", "router")


@pytest.mark.parametrize(
    ("arguments", "problem", "hint"),
    [
        (("--guard", "none"), "with --guard none nobody knows who calls.", "Leave one"),
        (("--field", "owner:str"), "The field `owner` is the column in which", "`owner_name`"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Fastforge, shop: Path, arguments: tuple[str, ...], problem: str, hint: str
) -> None:
    before = files_of(shop)

    ran = run("add-module", "notes", "--owned", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert problem in ran.err
    assert hint in ran.err
    assert files_of(shop) == before
    assert run("add-module", "notes", *arguments).code == 0


def test_it_is_refused_where_no_client_is_known(fastforge: Fastforge, tmp_path: Path) -> None:
    shop = make(tmp_path, auth="none")

    ran = fastforge(*LINKS, "--no-verify", cwd=shop)

    assert ran.code == 2
    assert "belong to callers, and with --auth none nobody knows who calls." in ran.err
    assert "fastforge update --set auth=keys" in ran.err


def test_clients_stay_known_while_rows_belong_to_them(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    before = files_of(shop)

    opened = run("change-module", "links", "--guard", "none")
    unknown = run("update", "--set", "auth=none")

    assert (opened.code, "with --guard none nobody knows" in opened.err) == (2, True)
    assert (unknown.code, "Rows of links belong to callers" in unknown.err) == (2, True)
    assert files_of(shop) == before
    assert run("update", "--set", "auth=jwt").code == 0


def test_what_is_changed_keeps_its_owners(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    run("add-module", "results", "--field", "link:->links", "--owned")
    models = source(shop, "results", "models")

    assert run("change-module", "results", "--routes", "list,get").code == 0

    assert "owner: str\n" in source(shop, "results", "repository")
    assert source(shop, "results", "models") == models


def test_it_refers_to_rows_with_and_without_owners(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    run("add-module", "colours")

    ran = run(
        *("add-module", "results", "--owned", "--field", "link:->links,cascade"),
        *("--field", "colour:->colours,unique", "--field", "parent:->results|None"),
    )

    models, made = source(shop, "results", "models"), revision(shop, "results")
    assert ran.code == 0
    assert 'ForeignKey("links.id", ondelete="CASCADE", info=OWNED)' in models
    assert 'ForeignKey("results.id", ondelete="RESTRICT", info=OWNED)' in models
    assert 'ForeignKey("colours.id", ondelete="RESTRICT")' in models
    assert '["link_id", "owner"]' in made  # by which its rows are found when a link is deleted
    assert '"colour_id", "owner", name=op.f("uq_results_colour_id_owner")' in made


def test_rows_without_owners_cannot_refer_to_it(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    before = files_of(shop)

    ran = run("add-module", "results", "--field", "link:->links")

    assert ran.code == 2
    said = "Rows of links belong to callers, and those of results would not: `link` cannot refer"
    assert said in ran.err
    assert "Add --owned" in ran.err
    assert files_of(shop) == before


def test_a_part_of_a_project_that_does_not_know_callers_is_refused(
    run: Fastforge, shop: Path
) -> None:
    security = shop / "src/shop/web/security.py"
    security.write_text(security.read_text().replace("CallerDep", "Calling"))

    ran = run(*LINKS)

    assert ran.code == 2
    assert "has no `CallerDep` in src/shop/web/security.py" in ran.err
