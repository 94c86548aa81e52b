"""`add-module` and its undo, without an environment: what they write and say."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.plan import merged
from fastforge.changes.staging import write_files
from fastforge.project.record import record_of
from fastforge.render import render
from tests.conftest import Fastforge, Ran, files_of
from tests.terminal import terminal

MODULE = ("add-module", "products", "--field", "sku:str{3,20},unique", "--no-verify")
VERSIONS = "src/shop/migrations/versions"


def make(folder: Path, **changes: Any) -> Path:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada", **changes)
    tree = render("project", answers.context())
    record = record_of("project", "shop", answers.as_dict(), tree)
    write_files(merged(tree, {record.path: record.content()}), folder / "shop")
    return folder / "shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project without an environment."""
    return make(tmp_path)


@pytest.fixture
def run(fastforge: Fastforge, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Fastforge:
    """Run the command in the project."""
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*arguments: str, cwd: Path = shop) -> Ran:
        return fastforge(*arguments, cwd=cwd)

    return run


def revision_of(shop: Path) -> str:
    [path] = (shop / VERSIONS).glob("create_products_*.py")
    return path.stem.removeprefix("create_products_")


def apply_revision(database: Path, revision: str) -> None:
    """Leave what Alembic would leave."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))


def test_a_module_is_added_in_files_of_its_own(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    ran = run(*MODULE)

    after = files_of(shop)
    revision = revision_of(shop)
    source, test = "src/shop/modules/products", "tests/modules/products"
    assert (ran.code, ran.err) == (0, "")
    assert {path: after[path] for path in before} == before
    assert after.keys() - before.keys() == {
        ".fastforge/modules/products.yml",
        f"{VERSIONS}/create_products_{revision}.py",
        *(f"{source}/{name}.py" for name in ("__init__", "models", "repository", "router")),
        *(f"{source}/{name}.py" for name in ("schemas", "service")),
        *(f"{test}/{name}.py" for name in ("conftest", "test_conflicts", "test_repository")),
        *(f"{test}/{name}.py" for name in ("test_list", "test_router", "test_schemas")),
        f"{test}/test_service.py",
    }
    migration = after[f"{VERSIONS}/create_products_{revision}.py"].decode()
    assert 'down_revision: str | Sequence[str] | None = "0008"' in migration
    assert ran.out.splitlines()[:6] == [
        "GET /products",
        "POST /products",
        "GET /products/{product_id}",
        "PUT /products/{product_id}",
        "PATCH /products/{product_id}",
        "DELETE /products/{product_id}",
    ]


def test_a_list_may_be_asked_more_and_routes_be_left_out(run: Fastforge, shop: Path) -> None:
    ran = run(*MODULE, "--filter=sku", "--search=sku", "--routes=list,get", "--field=on:date")
    run("remove-module", "products")
    again = run(*MODULE, "--field=on:date", "--sort=on", "--filter=on>=,sku", "--filter=on<=")

    assert ran.out.splitlines()[:2] == ["GET /products", "GET /products/{product_id}"]
    assert "--filter sku --search sku --routes list,get" in ran.out
    assert "--filter 'on>=,sku,on<=' --sort on" in again.out
    migration = (shop / VERSIONS / f"create_products_{revision_of(shop)}.py").read_text()
    assert 'op.create_index(op.f("ix_products_on_products_id")' in migration


def test_a_row_of_a_new_module_knows_when_it_was_last_changed(run: Fastforge, shop: Path) -> None:
    run(*MODULE)

    written = [files_of(shop)[path].decode() for path in files_of(shop) if "products" in path]
    assert "stamped: true\n" in (shop / ".fastforge/modules/products.yml").read_text()
    assert sum("updated_at" in text for text in written) >= len(("models", "schemas", "revision"))


def test_an_enum_is_a_class_of_the_table_and_of_what_is_sent(run: Fastforge, shop: Path) -> None:
    ran = run(*MODULE, "--field", "state:enum(new,gone)=new")

    models, schemas = (
        (shop / f"src/shop/modules/products/{name}.py").read_text()
        for name in ("models", "schemas")
    )
    migration = (shop / VERSIONS / f"create_products_{revision_of(shop)}.py").read_text()
    assert (ran.code, ran.err) == (0, "")
    assert (
        'class ProductState(StrEnum):\n    """What `state` may be."""\n\n    NEW = "new"' in models
    )
    assert "    state: ProductState = ProductState.NEW\n" in schemas
    assert """sa.CheckConstraint("state IN ('new', 'gone')", name=op.f("ck_""" in migration


def test_the_same_command_again_changes_nothing(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    before = files_of(shop)

    ran = run(*MODULE, "--json")

    assert ran.code == 0
    assert {file["action"] for file in json.loads(ran.out)["files"]} == {"unchanged"}
    assert files_of(shop) == before


def test_another_module_of_the_same_name_is_refused(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    before = files_of(shop)

    ran = run("add-module", "products", "--field", "sku:str", "--no-verify")

    assert ran.code == 3
    assert "fastforge remove-module products" in ran.err
    assert files_of(shop) == before


def test_a_second_module_follows_the_first(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    run("add-module", "carts", "--no-verify")

    [second] = (shop / VERSIONS).glob("create_carts_*.py")
    assert f'None = "{revision_of(shop)}"' in second.read_text()


@pytest.mark.parametrize("flag", ["--dry-run", "--diff"])
def test_a_preview_writes_nothing(run: Fastforge, shop: Path, flag: str) -> None:
    before = files_of(shop)

    ran = run(*MODULE, flag)

    assert ran.code == 0
    assert "src/shop/modules/products/service.py" in ran.out
    assert files_of(shop) == before


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "Missing: name; there is no terminal to ask at."),
        (["class"], "is a word of the Python language"),
        (["carts", "--filter", "colour"], "--filter names `colour`, which is no field"),
        (["carts", "--sort", "created_at"], "Every list can be sorted by `created_at`."),
        (["carts", "--search", "colour"], "--search names `colour`, which is no field"),
        (["carts", "--routes", "get,lists"], "There is no route `lists` of a module."),
        (["carts", "--routes=get", "--search=name"], "of the route `list`, which is not chosen"),
        (["jobs"], "The service itself answers at /jobs."),
        (["runs"], "`runs` is kept for a table of the database or of the service."),
        (["fastforge_runs"], "is kept for a table of the database or of the service"),
        (["notify"], "notifications/router.py has the route POST /notify already."),
        (["sqlite_things"], "is kept for a table of the database or of the service"),
        (["products", "--field", "id:int"], "The field `id` is in every table already."),
        (["products", "--field", "updated_at:datetime"], "is in every table already."),
        (["products", "--field", "state:enum(new)"], "The field `state` has no 2 to 50 values."),
        (["products", "--field", "state:enum(new,x)=y"], "Give one of new, x."),
        (["products", "--field", "state:enum(new,x),unique"], "cannot be unique"),
        (["products", "--field", "about:json,index"], "cannot be index: it is of type json."),
        (["products", "--field", "at:time=09:30+01:00"], "a time of day without offset"),
        (["products", "--field", "photo:file"], "Each field is a file, and a row is made before"),
        (["products", "--field", "photo:file,unique"], "is a file: it has no |None, list, flag,"),
        (
            [
                "products",
                "--field=name:str",
                "--field=photo:file",
                "--routes=list,get,create,delete",
            ],
            "The file `photo` could never be sent: no route changes a row.",
        ),
        (
            ["products", "--field=name:str", "--field=photo:file", "--filter=photo"],
            "--filter cannot have `photo`, of type file: no order is kept.",
        ),
        (["products", "--item", "Thing"], "The item name `Thing` is not made of"),
        (["strings"], "Say what one is called: --item entry."),
    ],
)
def test_what_cannot_be_is_exit_2(
    run: Fastforge, shop: Path, arguments: list[str], problem: str
) -> None:
    before = files_of(shop)

    ran = run("add-module", *arguments)

    assert ran.code == 2
    assert problem in ran.err
    assert files_of(shop) == before


@pytest.mark.parametrize(
    ("guard", "in_router", "notes"),
    [
        ((), "dependencies=[ClientOnly], responses=refusals(401)", 0),
        (("--guard", "user"), "dependencies=[ClientOnly], responses=refusals(401)", 0),
        (
            ("--guard", "goods:sell"),
            'dependencies=[client_with("goods:sell")], responses=refusals(401, 403)',
            0,
        ),
        (("--guard", "none"), '(prefix="/products", tags=["products"])', 1),
    ],
)
def test_a_module_has_the_guard_that_was_chosen(
    run: Fastforge, shop: Path, guard: tuple[str, ...], in_router: str, notes: int
) -> None:
    shown = run(*MODULE, *guard, "--dry-run")
    made = json.loads(run(*MODULE, *guard, "--json").out)

    said = guard[1] if guard else "user"
    assert made["answers"]["guard"] == said
    assert ("--guard" in made["command"]) == (said != "user")
    assert shown.err.count("have no guard: whoever") == notes
    router = (shop / "src/shop/modules/products/router.py").read_text()
    assert " ".join(in_router.split()) in " ".join(router.split())
    [listed] = [m for m in json.loads(run("list", "--json").out)["modules"] if "prod" in m["name"]]
    assert listed["guard"] == said


@pytest.mark.parametrize("guard", ["ops", "client:", "a b", "admin", ""])
def test_a_guard_that_no_module_can_have_is_refused(run: Fastforge, shop: Path, guard: str) -> None:
    before = files_of(shop)

    ran = run(*MODULE, f"--guard={guard}")

    if guard in {"client:", ""}:  # a scope, and what is usual
        assert ran.code == 0
        return
    assert (ran.code, ran.out) == (2, "")
    assert "is none of user, none, and no scope" in ran.err
    assert files_of(shop) == before


def test_where_no_client_is_known_routes_are_open_and_a_guard_for_clients_is_refused(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    shop = make(tmp_path, auth="none")

    made = fastforge(*MODULE, cwd=shop)
    refused = [
        fastforge(command, "mail", "--guard", guard, "--no-verify", cwd=shop)
        for command in ("add-module", "add-task")
        for guard in ("user", "mail:send")
    ]

    assert (made.code, "guard" in made.err) == (0, False)
    assert "guard" not in (shop / "src/shop/modules/products/router.py").read_text()
    assert fastforge("add-task", "mail", "--no-verify", cwd=shop).code == 0
    assert [ran.code for ran in refused] == [2] * 4
    assert all("is for clients, and with --auth none" in ran.err for ran in refused)


def test_a_table_of_somebody_else_is_not_made_again(run: Fastforge, shop: Path) -> None:
    (shop / "src/shop/stock.py").write_text('class Shelf:\n    __tablename__ = "shelves"\n')

    ran = run("add-module", "shelves")

    assert ran.code == 2
    assert "src/shop/stock.py has a table `shelves` already." in ran.err


def test_a_module_that_is_there_already_is_not_overwritten(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    ran = run("add-module", "payments", "--no-verify")

    assert ran.code in {2, 3}
    assert files_of(shop) == before


def test_names_of_package_and_module_fit_into_a_line(run: Fastforge, shop: Path) -> None:
    pyproject = shop / "pyproject.toml"
    old, new = 'module-name = "shop"', f'module-name = "{"s" * 40}"'
    pyproject.write_text(pyproject.read_text().replace(old, new))
    (shop / "src" / "shop").rename(shop / "src" / ("s" * 40))

    assert run("add-module", "x" * 21, "--no-verify").code == 2
    assert run("add-module", "x" * 20, "--no-verify").code == 0


def test_a_gateway_needs_an_http_client(fastforge: Fastforge, tmp_path: Path) -> None:
    bare = make(tmp_path, examples=False)
    words = ("add-module", "products", "--gateway", "--no-verify")

    ran = fastforge(*words, cwd=bare)

    assert ran.code == 2
    assert "uv add 'httpx2>=2'" in ran.err
    pyproject = bare / "pyproject.toml"
    text = pyproject.read_text().replace("dependencies = [\n", 'dependencies = [\n"httpx2",\n', 1)
    pyproject.write_text(text)
    assert fastforge(*words, cwd=bare).code == 0


def test_a_module_whose_table_was_never_made_leaves_nothing(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)
    run(*MODULE)
    apply_revision(shop / "shop.db", "0003")

    ran = run("remove-module", "products")

    (shop / "shop.db").unlink()
    assert ran.code == 0
    assert "never made" in ran.out
    assert files_of(shop) == before
    assert not (shop / "src/shop/modules/products").exists()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_applied_revision_stays_and_another_drops_the_table(
    run: Fastforge, shop: Path, elsewhere: bool
) -> None:
    run(*MODULE)
    revision = revision_of(shop)
    apply_revision(shop / ("other.db" if elsewhere else "shop.db"), revision)
    if elsewhere:
        (shop / ".env").write_text("DATABASE_URL='sqlite:///other.db'\n")

    ran = run("remove-module", "products", "--yes")

    assert ran.code == 0
    [dropping] = (shop / VERSIONS).glob("drop_products_*.py")
    assert f'None = "{revision}"' in dropping.read_text()
    assert 'op.drop_table("products")' in dropping.read_text()
    assert 'op.f("uq_products_sku")' in dropping.read_text()
    assert f"drops the table products with its data: {VERSIONS}/{dropping.name}" in ran.out
    assert revision_of(shop) == revision
    assert not (shop / "src/shop/modules/products").exists()


@pytest.mark.parametrize("flags", [[], ["--json"], ["--force"]])
def test_without_a_terminal_a_table_is_dropped_only_by_yes(
    run: Fastforge, shop: Path, tmp_path: Path, flags: list[str]
) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    before = files_of(shop)

    here = run("remove-module", "products", *flags)
    elsewhere = run("remove-module", "products", *flags, "-C", str(shop), cwd=tmp_path)

    typed = " ".join(["fastforge remove-module products --yes", *flags])
    assert (here.code, here.out, elsewhere.code, elsewhere.out) == (2, "", 2, "")
    assert "All of its data is lost once that is applied" in here.err
    assert here.err.splitlines()[-1] == f"  If it may: {typed}"
    assert elsewhere.err.splitlines()[-1] == f"  If it may: {typed} -C {shop}"
    assert files_of(shop) == before


def test_what_would_drop_a_table_can_be_seen_without_consent(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    before = files_of(shop)

    ran = run("remove-module", "products", "--dry-run")

    assert ran.code == 0
    assert f"create  {VERSIONS}/drop_products_" in ran.out
    assert "drops the table products with its data" in ran.out
    assert files_of(shop) == before


def test_edited_files_are_refused_before_consent_is_asked_for(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    (shop / "src/shop/modules/products/service.py").write_text("# mine\n")

    ran = run("remove-module", "products")

    assert ran.code == 3
    assert "Edited since fastforge wrote it" in ran.err


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 0), ("\n", 1), ("no\n", 1)])
def test_at_a_terminal_a_table_is_dropped_only_after_a_yes(
    run: Fastforge, shop: Path, typed: str, code: int
) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    before = files_of(shop)

    with terminal(shop, "remove-module", "products") as person:
        person.expect("All of its data is lost once that is applied")
        person.expect("remove (yes, no) [no]: ")
        person.type(typed)

        assert person.end() == code

    removed = not (shop / "src/shop/modules/products").exists()
    assert removed is (code == 0)
    assert ("Nothing was removed." in person.shown) is (code == 1)
    assert (files_of(shop) == before) is (code == 1)


def test_a_module_that_was_not_applied_is_removed_without_a_question(shop: Path) -> None:
    with terminal(shop, *MODULE) as person:
        assert person.end() == 0

    with terminal(shop, "remove-module", "products") as person:
        assert person.end() == 0

    assert not list((shop / VERSIONS).glob("*_products_*.py"))


def test_what_other_revisions_follow_stays(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    revision = revision_of(shop)
    run("add-module", "carts", "--no-verify")

    assert run("remove-module", "products", "--yes").code == 0

    [dropping] = (shop / VERSIONS).glob("drop_products_*.py")
    [carts] = (shop / VERSIONS).glob("create_carts_*.py")
    assert carts.stem.removeprefix("create_carts_") in dropping.read_text()
    assert revision_of(shop) == revision


def test_a_database_that_cannot_be_asked_may_have_the_table(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    (shop / ".env").write_text("DATABASE_URL=postgresql+psycopg://localhost/shop\n")

    run("remove-module", "products", "--yes")

    assert list((shop / VERSIONS).glob("drop_products_*.py"))


@pytest.mark.parametrize(
    ("default", "applied"),
    [
        ('"sqlite:///./store.db"', True),
        ('"sqlite:///nowhere.db"', False),
        ('"postgresql://localhost/shop"', True),
        ("somewhere()", True),
    ],
)
def test_the_database_is_the_one_that_the_settings_name(
    run: Fastforge, shop: Path, default: str, applied: bool
) -> None:
    run(*MODULE)
    apply_revision(shop / "store.db", revision_of(shop))
    settings = shop / "src/shop/settings.py"
    text = settings.read_text()
    assert text.count('"sqlite:///shop.db"') == 1
    settings.write_text(text.replace('"sqlite:///shop.db"', default))

    run("remove-module", "products", "--yes")

    assert bool(list((shop / VERSIONS).glob("drop_products_*.py"))) is applied


def test_a_module_can_be_added_again(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    run("remove-module", "products", "--yes")

    assert run(*MODULE).code == 0

    assert len(list((shop / VERSIONS).glob("create_products_*.py"))) == 2


def test_revisions_that_were_before_a_module_was_added_again_are_no_use_of_its_table(
    run: Fastforge, shop: Path
) -> None:
    run(*MODULE)
    run("add-module", "notes")
    run("remove-module", "products", "--yes")  # a revision drops the table, since notes follows
    run(*MODULE)

    ran = run("remove-module", "products", "--yes")

    assert (ran.code, ran.err) == (0, "")
    kept = [path.name for path in (shop / VERSIONS).glob("*_products_*")]
    assert sorted(name.partition("_")[0] for name in kept) == ["create", "drop"]


def test_an_edited_module_is_removed_by_force_only(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)
    run(*MODULE)
    edited = "src/shop/modules/products/service.py"
    (shop / edited).write_text("# mine\n")
    after = files_of(shop)

    ran = run("remove-module", "products")

    assert ran.code == 3
    assert f"Edited since fastforge wrote it: {edited}." in ran.err
    assert files_of(shop) == after
    assert run("remove-module", "products", "--force").code == 0
    assert files_of(shop) == before


def test_a_removal_can_be_seen_before(run: Fastforge, shop: Path) -> None:
    run(*MODULE)
    before = files_of(shop)

    ran = run("remove-module", "products", "--dry-run", "--json")

    facts = json.loads(ran.out)
    assert (ran.code, facts["dry_run"]) == (0, True)
    assert {file["action"] for file in facts["files"]} == {"remove"}
    assert files_of(shop) == before


def test_a_module_that_was_never_added_is_exit_2(run: Fastforge) -> None:
    ran = run("remove-module", "products")

    assert ran.code == 2
    assert "There is no module 'products' that fastforge added." in ran.err


def test_a_module_is_listed_with_its_routes(run: Fastforge) -> None:
    added = json.loads(run(*MODULE, "--gateway", "--json").out)

    modules = json.loads(run("list", "--json").out)["modules"]

    [found] = (module for module in modules if module["name"] == "products")
    assert sorted(found["routes"]) == sorted(added["routes"])


def test_a_project_of_the_version_before_keeps_its_revisions_beside_src(
    run: Fastforge, shop: Path
) -> None:
    (shop / "src/shop/migrations").rename(shop / "migrations")
    before = files_of(shop)

    run(*MODULE)

    [made] = (shop / "migrations/versions").glob("create_products_*.py")
    assert 'None = "0008"' in made.read_text()
    apply_revision(shop / "shop.db", made.stem.removeprefix("create_products_"))
    assert run("remove-module", "products", "--yes").code == 0
    [dropping] = (shop / "migrations/versions").glob("drop_products_*.py")
    assert not (shop / "src/shop/migrations").exists()

    for path in (made, dropping, shop / "shop.db"):
        path.unlink()
    assert files_of(shop) == before


ORDERS = "src/shop/modules/orders/models.py"
NEXT = 'revision = "next1"\ndown_revision = "{own}"\n'


def rename(shop: Path) -> None:
    (shop / "src/shop/modules/products").rename(shop / "src/shop/modules/goods")


def copy_by_hand(shop: Path) -> None:
    shutil.copytree(shop / "src/shop/modules/products", shop / "src/shop/modules/goods")


def write(path: str, text: str) -> Callable[[Path], None]:
    def use(shop: Path) -> None:
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).write_text(text.format(own=revision_of(shop)))

    return use


USES = {
    "renamed": rename,
    "copied": copy_by_hand,
    "table": write(ORDERS, 'NAME = "products"\nclass X(Base):\n    __tablename__ = NAME\n'),
    "core": write(ORDERS, 'goods = Table("products", metadata)\n'),
    "foreign key": write(ORDERS, 'x = ForeignKey("products.id")\n'),
    "schema": write(ORDERS, 'x = ForeignKey("public.products.id")\n'),
    "relative import": write(ORDERS, "from ..products.models import Product\n"),
    "package import": write(ORDERS, "from .. import products\n"),
    "whole import": write(ORDERS, "import shop.modules.products.models as m\n"),
    "relationship": write(ORDERS, 'x: Mapped[list["Product"]] = relationship("Product")\n'),
    "named by its class": write(ORDERS, "class Products(Base): ...\n"),
    "sql": write("src/shop/jobs/count.py", 'x = text(f"SELECT 1 FROM public.products {{y}}")\n'),
    "other package": write("src/other/x.py", '__tablename__ = "products"\n'),
    "not python": write(ORDERS, "(\n"),
    "renamed by a revision": write(
        f"{VERSIONS}/next.py", NEXT + 'op.rename_table("products", "goods")\n'
    ),
    "referred to by a revision": write(
        f"{VERSIONS}/next.py", NEXT + 'op.create_foreign_key("a", "b", "products", ["x"], ["id"])\n'
    ),
}


@pytest.mark.parametrize(
    ("use", "applied"), [*((use, True) for use in USES), ("renamed", False), ("copied", False)]
)
def test_a_table_that_is_in_use_goes_only_if_its_name_is_typed(
    run: Fastforge, shop: Path, use: str, applied: bool
) -> None:
    run(*MODULE)
    if applied:
        apply_revision(shop / "shop.db", revision_of(shop))
    USES[use](shop)
    before = files_of(shop)

    ran = run("remove-module", "products", "--yes", "--force")

    assert (ran.code, ran.out) == (2, "")
    assert "The table products is in use" in ran.err
    assert "fastforge remove-module products --drop=products --force" in ran.err
    assert files_of(shop) == before


def test_the_name_of_a_table_in_use_may_be_typed_with_the_command(
    run: Fastforge, shop: Path
) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    rename(shop)

    assert run("remove-module", "products", "--drop", "goods").code == 2
    assert run("remove-module", "products", "--drop", "products").code == 0
    assert list((shop / VERSIONS).glob("drop_products_*.py"))


@pytest.mark.parametrize(("typed", "code"), [("products\n", 0), ("yes\n", 1), ("\n", 1)])
def test_at_a_terminal_the_name_of_a_table_in_use_is_asked_for(
    run: Fastforge, shop: Path, typed: str, code: int
) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    rename(shop)

    with terminal(shop, "remove-module", "products") as person:
        person.expect("type its name to drop it")
        person.type(typed)

        assert person.end() == code

    assert bool(list((shop / VERSIONS).glob("drop_products_*.py"))) is (code == 0)


def test_a_table_that_was_renamed_is_left_to_a_revision_of_the_users(
    run: Fastforge, shop: Path
) -> None:
    run(*MODULE)
    apply_revision(shop / "shop.db", revision_of(shop))
    models = shop / "src/shop/modules/products/models.py"
    models.write_text(models.read_text().replace('"products"', '"goods"'))

    ran = run("remove-module", "products", "--force")

    assert (ran.code, ran.out.splitlines()[-1]) == (
        0,
        "Its model is of the table goods, so nothing is dropped: do it in a revision of yours.",
    )
    assert revision_of(shop)
    assert not list((shop / VERSIONS).glob("drop_*.py"))


def test_words_that_happen_to_be_the_name_are_no_use_of_the_table(
    run: Fastforge, shop: Path
) -> None:
    run(*MODULE)
    write(ORDERS, '"""All products."""\nx = "our products are fine"\nproducts_seen = 1\n')(shop)

    assert run("remove-module", "products").code == 0


LINKS = ("add-module", "links", "--field", "url:HttpUrl", "--no-verify")
RESULTS = ("add-module", "results", "--field", "link:->links,cascade", "--no-verify")


def test_a_module_refers_to_another_and_its_table_comes_after_that(
    run: Fastforge, shop: Path
) -> None:
    run(*LINKS)
    before = files_of(shop)

    ran = run(*RESULTS)

    after = files_of(shop)
    [first] = (shop / VERSIONS).glob("create_links_*.py")
    [second] = (shop / VERSIONS).glob("create_results_*.py")
    assert (ran.code, {path: after[path] for path in before}) == (0, before)
    assert f'None = "{first.stem.removeprefix("create_links_")}"' in second.read_text()
    assert 'name=op.f("fk_results_link_id_links")' in second.read_text()
    assert "fastforge add-module results --field 'link:->links,cascade'" in ran.out
    again = run(*RESULTS, "--json")
    assert {file["action"] for file in json.loads(again.out)["files"]} == {"unchanged"}
    assert run(*LINKS).code == 0
    assert files_of(shop) == after


@pytest.mark.parametrize(
    ("field", "problem", "hint"),
    [
        ("link:->lynx", "There is no module lynx that `fastforge add-module` made", "links"),
        ("pay:->payments", "There is no module payments", "It added: links."),
        ("parent:->results", "The field `parent` refers to the module results itself.", "|None"),
        ("parent:->results|None,unique", "The field `parent` refers to the module", "unique"),
        ("link:->links,set_null", "cannot become null", "|None"),
    ],
)
def test_what_cannot_be_referred_to_is_refused(
    run: Fastforge, shop: Path, field: str, problem: str, hint: str
) -> None:
    run(*LINKS)
    before = files_of(shop)

    ran = run("add-module", "results", "--field", field, "--no-verify")

    assert ran.code == 2
    said, *hints = ran.err.splitlines()
    assert problem in said
    assert hint in " ".join(hints)
    assert files_of(shop) == before


def test_a_table_of_another_name_cannot_be_referred_to(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    models = shop / "src/shop/modules/links/models.py"
    models.write_text(models.read_text().replace('"links"', '"urls"'))

    assert run(*RESULTS).code == 2


@pytest.mark.parametrize("flags", [(), ("--yes",), ("--drop", "links"), ("--force",)])
def test_a_module_that_another_refers_to_stays(
    run: Fastforge, shop: Path, flags: tuple[str, ...]
) -> None:
    run(*LINKS)
    run(*RESULTS)
    before = files_of(shop)

    ran = run("remove-module", "links", *flags)

    assert ran.code == 3
    assert "Rows of other modules refer to links: results (link_id)." in ran.err
    assert "Remove these modules first" in ran.err
    assert files_of(shop) == before


def test_a_module_may_go_after_those_that_referred_to_it(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    run(*RESULTS)
    [revision] = (shop / VERSIONS).glob("create_results_*.py")
    apply_revision(shop / "shop.db", revision.stem.removeprefix("create_results_"))

    assert run("remove-module", "results", "--yes").code == 0
    ran = run("remove-module", "links", "--yes")

    assert (ran.code, ran.err) == (0, "")
    assert len(list((shop / VERSIONS).glob("drop_*.py"))) == 2


def test_a_module_may_go_if_the_user_took_the_field_away(run: Fastforge, shop: Path) -> None:
    run(*LINKS)
    run(*RESULTS)
    for path in (shop / "src/shop/modules/results").glob("*.py"):
        path.write_text(path.read_text().replace("links", "urls").replace("link", "url"))

    ran = run("remove-module", "links", "--drop", "links")

    assert ran.code == 0


def test_a_module_may_refer_to_itself(run: Fastforge) -> None:
    ran = run("add-module", "results", "--field", "parent:->results|None", "--no-verify")

    assert ran.code == 0
    assert run("remove-module", "results").code == 0


def test_a_module_with_files_has_their_routes_and_tests(run: Fastforge, shop: Path) -> None:
    ran = run(*MODULE, "--field", "front_page:file{,5MB}", "--field", "scan:file")

    source = (shop / "src/shop/modules/products/router.py").read_text()
    assert ran.code == 0
    assert ran.out.splitlines()[6:12] == [
        "GET /products/{product_id}/front-page",
        "PUT /products/{product_id}/front-page",
        "DELETE /products/{product_id}/front-page",
        "GET /products/{product_id}/scan",
        "PUT /products/{product_id}/scan",
        "DELETE /products/{product_id}/scan",
    ]
    assert '    "front_page": 5_000_000,\n    "scan": 10_000_000,\n' in source
    assert "tests/modules/products/test_files.py" in files_of(shop)
    assert "--field 'front_page:file{,5MB}' --field scan:file" in ran.out


def test_a_file_that_cannot_be_looked_at_can_be_sent(run: Fastforge) -> None:
    ran = run(*MODULE, "--field", "scan:file", "--routes", "create,change")

    one = "/products/{product_id}"
    routes = ["POST /products", f"PATCH {one}", f"PUT {one}/scan", f"DELETE {one}/scan"]
    assert ran.out.splitlines()[:4] == routes


@pytest.mark.parametrize("name", ["web/files.py", "database/stored_files.py"])
def test_a_project_that_knows_no_files_is_given_none(run: Fastforge, shop: Path, name: str) -> None:
    (shop / "src/shop" / name).unlink()
    before = files_of(shop)

    ran = run(*MODULE, "--field", "scan:file")

    assert ran.code == 2
    assert f"in src/shop/{name}, which the new files import." in ran.err
    assert "fastforge update" in ran.err
    assert files_of(shop) == before


def test_files_and_rows_of_another_module_have_paths_of_their_own(run: Fastforge) -> None:
    added = run("add-module", "links", "--field=label:str", "--field=results:file", "--no-verify")
    refused = run("add-module", "results", "--field", "link:->links", "--no-verify")
    other = run("add-module", "visits", "--field", "link:->links", "--no-verify")

    assert (added.code, refused.code, other.code) == (0, 2, 0)
    problem = "The file `results` of links and the rows of results would both be at"
    assert problem in " ".join(refused.err.split())


def test_a_file_is_not_where_the_rows_of_its_own_module_are(run: Fastforge) -> None:
    fields = ("--field", "parent:->groups|None", "--field", "groups:file", "--field=name:str")

    ran = run("add-module", "groups", *fields, "--no-verify")

    assert ran.code == 2
    assert "The file `groups` of groups and the rows of groups would both be at" in ran.err
