"""What a list may be asked, and which routes a module has."""

import pytest

from fastforge.errors import UsageError
from fastforge.parts.modules.fields import parse_fields
from fastforge.parts.modules.lists import Lists, lists_context, read_lists, split
from fastforge.parts.modules.revision import index_lines
from fastforge.parts.modules.routes import ROUTES, read_routes
from fastforge.parts.modules.tables import field_context, models_context, schemas_context

FIELDS = parse_fields(
    [
        *("label:str{1,80}", "note:str{,20}|None", "long:str", "longer:str{,501}"),
        "about:text{1,80}",
        *("sku:str{3,20},unique", "rank:int>=1<=9,index", "weight:float", "active:bool"),
        *("price:Decimal", "added:date", "sold_at:datetime", "batch:UUID", "mail:EmailStr"),
        *("site:HttpUrl", "tags:list[str]", "limit:int", "search:str{,9}", "sent:date"),
        *("sent_from:date", "after_from:int"),
    ]
)


def lists(filters: str = "", sorts: str = "", searched: str = "") -> Lists:
    read = [split([text]) if text else () for text in (filters, sorts, searched)]
    return read_lists(FIELDS, *read)


def test_what_is_typed_is_split_at_commas() -> None:
    assert split(["a,b>=", " c , d"]) == ("a", "b>=", "c", "d")


def test_a_filter_is_a_parameter_that_is_compared_with_a_column() -> None:
    found = lists("active, rank >=,rank<=,site,created_at>=,sold_at,batch,mail,note,weight<=")

    context = lists_context(found)["filters"]
    assert isinstance(context, list)
    assert [tuple(each.values()) for each in context] == [
        ("active", "eq", "active", "bool"),
        ("rank_from", "ge", "rank", "Int64"),
        ("rank_to", "le", "rank", "Int64"),
        ("site", "eq", "site", "Annotated[HttpUrl, AfterValidator(str)]"),
        ("created_at_from", "ge", "created_at", "Moment"),
        ("sold_at", "eq", "sold_at", "Moment"),
        ("batch", "eq", "batch", "UUID"),
        ("mail", "eq", "mail", "EmailStr"),
        ("note", "eq", "note", "str"),
        ("weight_to", "le", "weight", "float"),
    ]


@pytest.mark.parametrize(
    ("filters", "problem"),
    [
        ("colour", "--filter names `colour`, which is no field of the module."),
        ("", "--filter names ``, which is no field of the module."),
        ("active>", "The filter active> cannot be read."),
        ("rank==", "The filter rank== cannot be read."),
        ("active>=", "The filter `active>=` cannot be: `active` is a bool."),
        ("label<=", "The filter `label<=` cannot be: `label` is a str."),
        ("price", "--filter cannot have `price`, of type Decimal: a Decimal is kept as text."),
        ("tags", "--filter cannot have `tags`, of type list[str]: no order is kept."),
        ("long", "--filter cannot have `long`, whose text may be too long for an index."),
        ("about", "--filter cannot have `about`, whose text may be too long for an index."),
        ("longer", "--filter cannot have `longer`, whose text may be too long for an index."),
        ("limit", "The filter `limit` would be the parameter `limit`, which is a parameter of"),
        ("search", "The filter `search` would be the parameter `search`, which is a parameter of"),
        ("sent>=", "The filter `sent>=` would be the parameter `sent_from`, which is a field."),
        ("active,rank,active", "--filter names `active` twice."),
        ("rank>=,rank >=", "--filter names `rank>=` twice."),
    ],
)
def test_a_filter_that_cannot_be_is_refused(filters: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_lists(FIELDS, split([filters]))

    assert refused.value.message.startswith(problem)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("sorts", "problem"),
    [
        ("colour", "--sort names `colour`, which is no field of the module."),
        ("created_at", "Every list can be sorted by `created_at`."),
        ("-created_at", "Every list can be sorted by `created_at`."),
        ("-label", "The order `-label` begins with `-`, but each is made in both directions."),
        ("note", "A list cannot be sorted by `note`, which may be None."),
        ("price", "--sort cannot have `price`, of type Decimal: a Decimal is kept as text."),
        ("tags", "--sort cannot have `tags`, of type list[str]: no order is kept."),
        ("long", "--sort cannot have `long`, whose text may be too long for an index."),
        ("label,label", "--sort names `label` twice."),
    ],
)
def test_an_order_that_cannot_be_is_refused(sorts: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        lists(sorts=sorts)

    assert refused.value.message.startswith(problem)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("searched", "problem"),
    [
        ("colour", "--search names `colour`, which is no field of the module."),
        ("rank", "The field `rank` cannot be searched: it is of type int."),
        ("tags", "The field `tags` cannot be searched: it is of type list[str]."),
        ("label,label", "--search names `label` twice."),
    ],
)
def test_a_search_that_cannot_be_is_refused(searched: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        lists(searched=searched)

    assert refused.value.message.startswith(problem)
    assert refused.value.hint


def test_each_text_can_be_searched() -> None:
    assert lists(searched="label,note,long,mail,site").searched[2:] == ("long", "mail", "site")


def test_what_is_filtered_or_sorted_by_is_indexed_once() -> None:
    found = lists("active,label,rank>=,rank<=,sku,created_at<=", "label,sku,rank,added")

    assert index_lines("links", FIELDS, found) == [
        f'op.create_index(op.f("ix_links_{name}"), "links", [{columns}])'
        for name, columns in (
            ("created_at", '"created_at"'),
            ("rank", '"rank"'),
            ("active", '"active"'),
            ("label_links_id", '"label", "id"'),
            ("added_links_id", '"added", "id"'),
        )
    ]
    columns = {field.param.name: field_context(field, found)["column"] for field in FIELDS}
    assert [name for name, source in columns.items() if "index=True" in str(source)] == [
        *("rank", "active")
    ]
    assert models_context(FIELDS, found)["arguments"] == [
        *('schema.Index(None, "label", "id")', 'schema.Index(None, "added", "id")')
    ]
    assert "schema" in str(models_context(FIELDS, found)["imports"])
    assert "schema" not in str(models_context(FIELDS)["imports"])


def test_orders_are_written_as_ruff_formats_them() -> None:
    short = lists_context(lists(sorts="label"))["sort"]
    long = lists_context(lists(sorts="label,rank,weight,added"))["sort"]

    assert short == 'sort: Literal["created_at", "-created_at", "label", "-label"]'
    assert str(long).splitlines()[:3] == [
        *("sort: Literal[", '        "created_at",', '        "-created_at",')
    ]


def test_schemas_import_what_parameters_need() -> None:
    fields = parse_fields(["label:str{,9}", "rank:int>=1<=9", "added:str"])
    plain = schemas_context(fields, routes=["get"])
    asked = schemas_context(fields, read_lists(fields, ["rank", "created_at>="], [], ["label"]))

    assert "Literal" not in str(plain)
    assert "Literal" in str(asked)
    assert (plain["moment"], asked["moment"]) == (False, True)
    assert [str(alias).partition(" ")[0] for alias in asked["aliases"]] == ["Int64", "Moment"]  # type: ignore[attr-defined]


def test_routes_are_in_their_own_order() -> None:
    assert read_routes("create, list") == ("list", "create")
    assert read_routes("delete,change,replace,create,get,list") == ROUTES


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("lists", "There is no route `lists` of a module."),
        ("", "There is no route `` of a module."),
        ("list,list", "The route `list` is given twice."),
    ],
)
def test_routes_that_cannot_be_are_refused(typed: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_routes(typed)

    assert refused.value.message == problem
