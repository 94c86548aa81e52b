"""Fields of a module: flags in the grammar of parameters, and values to test them with."""

import pytest
from hypothesis import given
from pydantic import TypeAdapter

from fastforge.errors import UsageError
from fastforge.params.examples import examples_of
from fastforge.parts.modules.fields import parse_fields
from tests.parts.params import params


@pytest.mark.parametrize(
    ("text", "unique", "index", "default"),
    [
        ("sku:str{3,20}", False, False, None),
        ("sku:str{3,20},unique", True, False, None),
        ("sku:str{3,20} , unique , index", True, True, None),
        ("price:Decimal>=0<=9,index", False, True, None),
        ("active:bool,index=true", False, True, "True"),
        ("motto:str=a,b=c", False, False, '"a,b=c"'),
        ("nick:str|None,unique=None", True, False, "None"),
        ("total:int>=1,unique=3", True, False, "3"),
        ("state:enum(a,b),index=a", False, True, "State.A"),
        ("state:enum(a,unique)", False, False, None),
        ("code:UUID,unique=new", True, False, "Field(default_factory=uuid4)"),
    ],
)
def test_flags_stand_between_type_and_default(
    text: str, unique: bool, index: bool, default: str | None
) -> None:
    [field] = parse_fields([text])

    assert (field.unique, field.index, field.param.default) == (unique, index, default)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("photo:file,index", "The field photo:file,index is a file: it has no |None, list, flag,"),
        ("photo:file|None", "The field photo:file|None is a file: it has no |None, list, flag,"),
        ("photo:file=x", "The field photo:file=x is a file: it has no |None, list, flag,"),
        ("photo:list[file]", "The field photo:list[file] is a file: it has no |None, list, flag,"),
        (
            "photo:file{1kB,5MB}",
            "The field photo:file{1kB,5MB} is a file: it has no |None, list, flag,",
        ),
        ("photo:file{,0}", "The field photo:file{,0} has no limit from 1 byte to 100 GB."),
        ("photo:file{,101GB}", "The field photo:file{,101GB} has no limit from 1 byte to 100 GB."),
        ("photo:file{,5 TB}", "The field photo:file{,5 TB} has no limit from 1 byte to 100 GB."),
        ("updated_at:file", "Each field is a file, and a row is made before its files are sent."),
        ("sku:str,uniqe", "The field sku:str,uniqe has the unknown flag `uniqe`."),
        ("sku:str=a,unique", "The field sku:str=a,unique has its flag after the default."),
        ("sku,unique", "The field name `sku,unique` is not made of lower-case letters"),
        ("id:UUID", "The field `id` is in every table already."),
        ("updated_at:datetime", "The field `updated_at` is in every table already."),
        ("state:enum(a,b),unique", "The field `state` cannot be unique: it is of type enum."),
        ("document:json,index", "The field `document` cannot be index: it is of type json."),
        ("document:json,unique", "The field `document` cannot be unique: it is of type json."),
        ("body:text,index", "The field `body` cannot be index: it is of type text."),
        ("created_at:datetime", "The field `created_at` is in every table already."),
        ("metadata:str", "The field name `metadata` belongs to SQLAlchemy's models."),
        ("tags:list[str],index", "The field `tags` cannot be index: it is of type list."),
        ("price:Decimal,unique", "The field `price` cannot be unique: it is of type Decimal."),
        ("active:bool,unique", "The field `active` cannot be unique: it is of type bool."),
        ("level:int>=1<=2,unique", "The field `level` has too few values to be unique."),
        (
            "at:datetime=0001-01-01T00:00+01:00",
            "The default of the field `at` is out of range in UTC.",
        ),
    ],
)
def test_what_cannot_be_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_fields([text])

    assert refused.value.message.startswith(problem)


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="Two fields are called `sku`"):
        parse_fields(["sku:str", "sku:int,unique"])


@pytest.mark.parametrize(
    ("text", "examples"),
    [
        ("name:str", ['"example"', '"example 2"', '"example 3"']),
        ("name:str{8,}", ['"example 1"', '"example 2"', '"example 3"']),
        ("code:str{2}", ['"a" * 2', '"b" * 2', '"c" * 2']),
        ("size:int<=5", ["1", "2", "3"]),
        ("size:int>=4<=5", ["4", "5", "4"]),
        ("price:Decimal>0.0000001", None),
        ("cost:Decimal>=0", ['"1.00"', '"1.50"', '"2.00"']),
        ("state:enum(a,b)", ['"a"', '"b"', '"a"']),
        ("state:enum(a,b,c,d)|None", ['"a"', '"b"', '"c"']),
        ("at:time", ['"09:30:00"', '"10:30:00"', '"11:30:00"']),
        ("wait:timedelta", ['"P1D"', '"P2D"', '"P3D"']),
        ("body:text{8,}", ['"example 1"', '"example 2"', '"example 3"']),
        ("document:json", None),
        ("day:date", ['"2026-03-01"', '"2026-03-02"', '"2026-03-03"']),
        ("on:bool", ["True", "False", "True"]),
        ("tags:list[str]{2,3}", ['["example"] * 2', '["example 2"] * 2', '["example 3"] * 2']),
    ],
)
def test_examples_differ_where_they_can(text: str, examples: list[str] | None) -> None:
    [field] = parse_fields([text])

    found = examples_of(field.param)

    assert len(set(found)) == 3 or examples is not None
    assert examples is None or found == examples


def test_whole_numbers_end_where_a_table_ends() -> None:
    [free, bounded] = parse_fields(["size:int", "level:int>=1<=3"])

    assert free.param.kind.annotation == "Int64"
    assert bounded.param.kind.annotation == "int"


@pytest.mark.parametrize(
    ("text", "annotation", "comparable"),
    [
        ("at:time", "LocalTime", True),
        ("waits:list[timedelta]", "Duration", True),
        ("document:json", "Json", False),
        ("document:json|None", "Json", False),
        ("price:Decimal", "JsonDecimal", False),
        ("state:enum(a,b)", "State", True),
    ],
)
def test_a_table_keeps_what_it_can_and_compares_what_has_an_order(
    text: str, annotation: str, comparable: bool
) -> None:
    [field] = parse_fields([text])

    kind = field.param.kind
    assert (kind.annotation, kind.is_comparable) == (annotation, comparable)


def test_a_default_moment_is_kept_in_utc() -> None:
    [field] = parse_fields(["at:datetime=2026-12-01T09:00+01:00"])

    assert field.param.default == 'datetime.fromisoformat("2026-12-01T08:00:00+00:00")'
    assert field.param.default_json == '"2026-12-01T08:00:00Z"'


@given(params())
def test_values_are_valid_python(text: str) -> None:
    try:
        [field] = parse_fields([text])
    except UsageError:
        return

    examples = examples_of(field.param)
    assert len(examples) == 3
    for source in examples:
        TypeAdapter(object).validate_python(eval(source))  # noqa: S307
