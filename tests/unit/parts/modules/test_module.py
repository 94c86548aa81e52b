"""What a module is called, and what its template is given."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastforge.errors import UsageError
from fastforge.parts.modules.fields import parse_fields
from fastforge.parts.modules.module import (
    LONGEST_ITEM,
    USED,
    ModuleAnswers,
    check_item,
    context_of,
    model_name,
    module_part,
    new_revision,
    usual_item,
)
from fastforge.parts.modules.revision import table_lines
from fastforge.parts.modules.routes import ROUTES
from fastforge.parts.modules.tables import field_context
from fastforge.render import render
from tests.parts.small_shop import new_surroundings

EVERY_TYPE = (
    *("a1:str{1,9},unique", "a2:int,index", "a3:float", "a4:bool", "a5:Decimal|None=None"),
    *("a6:date", "a7:datetime", "a8:UUID", "a9:EmailStr", "b1:HttpUrl=https://example.com"),
    *("b2:list[datetime]{1,3}", "b3:list[int>=1]=[]", "b4:str=x", "b5:time", "b6:timedelta"),
    *("b7:enum(new,gone)=new", "b8:json", "b9:json|None", "c1:text", "c2:list[enum(a,b)]"),
    *("c3:datetime=now", "c4:UUID=new"),
)


def answers(**changes: object) -> ModuleAnswers:
    given: dict[str, object] = {
        "name": "products",
        "item": "product",
        "fields": list(EVERY_TYPE),
        "gateway": True,
        "revision": "abc",
        "parents": ["0002"],
    }
    return ModuleAnswers.from_dict({**given, **changes})


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("products", "product"),
        ("categories", "category"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("status", "status"),
        ("staff", "staff"),
        ("order_lines", "order_line"),
        ("customer_subscription_price_plans", "subscription_price_plan"),
        ("x" * 40, "x" * LONGEST_ITEM),
        ("a_00000000_00000000_00000_items", "item"),
        ("archive_2024_customer_invoices", "customer_invoice"),
        ("s", "s"),
        ("customer_2027_subscription_plan_x", "subscription_plan_x"),
    ],
)
def test_an_item_is_called_by_the_singular(name: str, item: str) -> None:
    assert usual_item(name) == item


@pytest.mark.parametrize("item", ["Product", "class", "x" * 29, ""])
def test_an_item_has_a_good_name(item: str) -> None:
    with pytest.raises(UsageError):
        check_item(item)


def test_a_class_does_not_take_the_name_of_another() -> None:
    assert model_name("order_line") == "OrderLine"
    assert model_name("session") == "SessionRow"


def test_no_class_takes_a_name_that_the_generated_files_use() -> None:
    fields = [*EVERY_TYPE, "other:->owners,cascade", "parent:->products|None,set_null"]
    tree = render("module", {**context_of(answers(fields=fields)), **new_surroundings()})
    files = [set(_bound(ast.parse(content))) for content in tree.values()]
    names = {name for bound in files if "Product" in bound for name in bound}

    own = {"Product", "NewProduct", "B3Item", "ProductB7", "ProductC2", "NEW", "GONE", "A", "B"}
    free = names - own - {f"Product{what}" for what in ("View", "Query", "Page", "Change")}
    assert {name for name in free if model_name(_item(name)) == name} == set()


def _bound(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name


def _item(name: str) -> str:
    return "_".join(re.findall(r"[A-Z][a-z0-9]*", name)).lower()


def test_a_revision_has_an_id_that_no_other_has() -> None:
    first = new_revision(["products"], ())

    assert first == new_revision(["products"], ())
    assert first != new_revision(["carts"], ())
    assert new_revision(["products"], {first}) != first


def test_saved_answers_are_read_back() -> None:
    saved = answers().as_dict()

    assert ModuleAnswers.from_dict(saved) == answers()
    with pytest.raises(UsageError, match="`fields` cannot be"):
        ModuleAnswers.from_dict({**saved, "fields": "name:str"})


def test_only_modules_that_were_made_before_have_a_field_updated_at() -> None:
    before = answers(fields=["updated_at:datetime"])

    assert len(module_part(before).context["table"]) == 4  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="`updated_at` is in every table already"):
        module_part(answers(fields=["updated_at:datetime"], stamped=True))


def test_only_rows_of_newer_modules_know_when_they_were_changed() -> None:
    before, new = (
        render("module", {**context_of(answers(stamped=stamped)), **new_surroundings()})
        for stamped in (False, True)
    )

    assert [path for path, content in before.items() if b"updated_at" in content] == []
    assert len([path for path, content in new.items() if b"updated_at" in content]) > len("abc")


@pytest.mark.parametrize(
    ("item", "text", "name"),
    [
        ("product", "state:enum(a,b)", "ProductState"),
        ("product", "view:enum(a,b)", "ProductViewValue"),
        ("header", "key:enum(a,b)", "HeaderKeyValue"),
        ("new", "new:enum(a,b)", "NewNewValue"),
    ],
)
def test_the_class_of_an_enum_begins_with_that_of_the_row(item: str, text: str, name: str) -> None:
    context = context_of(answers(item=item, fields=[text]))

    assert f"class {name}(StrEnum):" in str(context["models"])
    assert f": {name}" in str(context["fields"])


def test_the_check_constraint_of_many_values_takes_some_lines(tmp_path: Path) -> None:
    values = [f"value_{number}" for number in range(40)]
    lines = table_lines("products", parse_fields([f"kind:enum({','.join(values)})"]), stamped=True)
    file = tmp_path / "revision.py"
    file.write_text("sa.create_table(\n    sa.upgrade(\n        " + f"{lines[-1]},\n    ),\n)\n")

    command = [sys.executable, "-m", "ruff", "format", "--diff", "--line-length=100", str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    [text] = ast.parse(lines[-1]).body[0].value.args  # type: ignore[attr-defined]
    assert text.value == f"kind IN ({', '.join(map(repr, values))})"


def test_the_command_makes_the_same_module() -> None:
    usual = answers(fields=["name:str{1,80}", "sku:str,unique"], gateway=False)

    assert module_part(usual).command == (
        "fastforge add-module products --field 'name:str{1,80}' --field sku:str,unique"
    )
    assert module_part(answers(item="thing", fields=["a:int"])).command == (
        "fastforge add-module products --field a:int --item thing --gateway"
    )


def test_the_command_makes_the_same_list_and_routes() -> None:
    some = answers(
        fields=["name:str{1,80}", "on:date"],
        gateway=False,
        filters=["name", "on>="],
        sorts=["on"],
        searched=["name"],
        routes=["list", "get"],
    )

    assert module_part(some).command == (
        "fastforge add-module products --field 'name:str{1,80}' --field on:date "
        "--filter 'name,on>=' --sort on --search name --routes list,get"
    )
    assert ModuleAnswers.from_dict(some.as_dict()) == some


def test_a_module_that_was_saved_before_there_was_a_choice_has_all_routes() -> None:
    saved = answers().as_dict()
    for name in ("filters", "sorts", "searched", "routes"):
        del saved[name]

    assert ModuleAnswers.from_dict(saved) == answers(routes=ROUTES)


@pytest.mark.parametrize("routes", [[], ["lists"], ["get", "get"]])
def test_saved_routes_are_routes(routes: list[str]) -> None:
    with pytest.raises(UsageError):
        answers(routes=routes)


def test_a_conflict_names_the_unique_fields_or_none() -> None:
    two = answers(fields=["sku:str,unique", "code:str,unique"])
    many = answers(fields=[f"{'x' * 20}{n}:str,unique" for n in range(3)])

    assert context_of(two)["taken"] == "another product has this sku or this code"
    assert context_of(many)["taken"] == "another product has such a value"
    assert context_of(answers(fields=["a:int"]))["taken"] == ""


def test_used_names_are_names_of_classes() -> None:
    assert all(name[0].isupper() for name in USED)


@pytest.mark.parametrize("length", range(27, 31))
def test_a_column_is_written_as_ruff_formats_it(tmp_path: Path, length: int) -> None:
    """The shortest fits into the line, the longest does not."""
    [field] = parse_fields([f"{'x' * length}:list[date]|None"])
    file = tmp_path / "models.py"
    file.write_text(f"class Table:\n    {field_context(field)['column']}\n")

    command = [sys.executable, "-m", "ruff", "format", "--check", "--line-length=100", str(file)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("news", "news"),
        ("order_statuses", "order_status"),
        ("movies", "movie"),
        ("people", "person"),
    ],
)
def test_words_that_follow_no_rule_have_their_singular(name: str, item: str) -> None:
    assert usual_item(name) == item
