"""What `--param` and `--field` take, and what is made of it."""

import ast
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel, ValidationError

from fastforge.errors import UsageError
from fastforge.params import (
    Param,
    field_source,
    import_lines,
    imports_of,
    item_source,
    parse_param,
    parse_params,
)
from fastforge.params.enums import enum_source, named_enums
from fastforge.params.names import check_param_name
from tests.parts.params import params
from tests.parts.values import accepted, refused


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("message:str", "message: str"),
        ("message:str{1,80}", "message: Annotated[str, Field(min_length=1, max_length=80)]"),
        ("message: str{,80} = hi", 'message: Annotated[str, Field(max_length=80)] = "hi"'),
        ("count:int>=1<=10=3", "count: Annotated[int, Field(ge=1, le=10)] = 3"),
        ("price:Decimal>0=2.50", 'price: Annotated[Decimal, Field(gt=0)] = Decimal("2.50")'),
        ("ratio:float=2", "ratio: float = 2.0"),
        ("on:bool=yes", "on: bool = True"),
        ("due_date:date=2026-12-01", "due_date: date = date(2026, 12, 1)"),
        ("due_at:datetime | None", "due_at: AwareDatetime | None"),
        ("note:str|None=None", "note: str | None = None"),
        ("tags:list[str]=[]", "tags: list[str] = Field(default_factory=list)"),
        ("tags:list[str{1,8}]{1,3}", "tags: Annotated[list[TagsItem], Field(min_length=1, max_le"),
        ("state:enum(new, gone)=gone", "state: State = State.GONE"),
        ("state:list[enum(new,gone)]=[]", "state: list[State] = Field(default_factory=list)"),
        ("body:text{1,100000}", "body: Annotated[str, Field(min_length=1, max_length=100000)]"),
        ("at:time=09:30:05", "at: time = time(9, 30, 5)"),
        ("at:time|None=09:30", "at: time | None = time(9, 30)"),
        ("wait:timedelta=-P1DT90M", "wait: timedelta = -timedelta(days=1, minutes=90)"),
        ("document:json", "document: JsonValue"),
        ("document:json|None=None", "document: JsonValue | None = None"),
        ("document:json={}", "document: JsonValue = Field(default_factory=dict)"),
        ("at:datetime=now", "at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))"),
        ("day:date=today", "day: date = Field(default_factory=lambda: datetime.now(UTC).date())"),
        ("token:UUID=new", "token: UUID = Field(default_factory=uuid4)"),
        ("url:HttpUrl=https://a.org/b", 'url: HttpUrl = HttpUrl("https://a.org/b")'),
    ],
)
def test_a_parameter_becomes_a_field_of_a_model(text: str, source: str) -> None:
    made = field_source(parse_param(text)).strip()

    assert made.startswith(source)
    assert len(made) == len(source) or source.endswith("max_le")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("email", "has no type"),
        ("email:", "cannot be read"),
        ("email:string", "Did you mean `email:str`?"),
        ("where:Path", "unknown type `Path`"),
        ("a:list[list[int]]", "cannot be read"),
        ("a:file", "The parameter `a` cannot be a file."),
        ("a:list[int|None]", "cannot be read"),
        ("a:EmailStr{1,5}", "has no length"),
        ("a:str>=1", "no least or greatest"),
        ("a:int>=1.5", "not whole numbers"),
        ("a:int>=1>2", "two bounds on one side"),
        ("a:int>3<4", "No int is within"),
        ("a:float>=0.1<=0.05", "No float is within"),
        ("a:int>=1000000000000000000", "more than 15 digits"),
        ("a:str{5,1}", "cannot be"),
        ("a:str{0,0}", "cannot be"),
        ("a:list[int]{1,101}", "1 to 100"),
        ("a:int=x", "Give a whole number"),
        ("a:enum", "has no 2 to 50 values"),
        ("a:enum{1,2}", "has no 2 to 50 values"),
        ("a:enum(one)", "has no 2 to 50 values"),
        ("a:enum(one,)", "cannot have the value ''"),
        ("a:enum(One,two)", "cannot have the value 'One'"),
        (f"a:enum(b,{'x' * 31})", "up to 30"),
        ("a:enum(b,c,b)", "has the value b twice"),
        ("a:enum(b,c)=d", "Give one of b, c."),
        ("a:enum(b,c)>=1", "cannot be read"),
        ("a:list[enum(b,c)]=b", "Give [] or None"),
        ("a:str(b,c)", "Did you mean a:enum(b,c)?"),
        ("a:list[json]", "Write a:json."),
        ("a:json=1", "Give {} or []."),
        ("a:time=25:00", "Give a time of day without offset"),
        ("a:time=09:30Z", "Give a time of day without offset"),
        ("a:time{1,2}", "has no length"),
        ("a:timedelta=1h", "Give a duration such as PT90S"),
        ("a:timedelta=P", "Give a duration such as PT90S"),
        ("a:timedelta=P1DT", "Give a duration such as PT90S"),
        ("a:text{1,100001}", "1 to 100000"),
        ("a:text>=1", "no least or greatest"),
        ("a:list[UUID]=new", "Give [] or None"),
        ("a:date=now", "Give a date such as"),
        ("a:int>=1=0", "Give a value within the bounds"),
        ("a:str{3,}=ab", "Give a value within the bounds"),
        ("a:float=nan", "Give a number such as 2.5"),
        ("a:float=1e400", "Give a number such as 2.5"),
        ("a:bool=maybe", "Give true or false"),
        ("a:date=31.12.2026", "Give a date such as"),
        ("a:datetime=2026-12-01T09:00", "Give a moment with its offset"),
        ("a:UUID=7", "Give a UUID"),
        ("a:EmailStr=ada@localhost", "Give an address such as ada@"),
        ("a:HttpUrl=ftp://example.com", "Give an address such as https"),
        ("a:HttpUrl=https://example.com:99999", "Give an address such as https"),
        ("a:int=None", "does not fit"),
        ("a:list[int]=1", "Give [] or None"),
        ("a:list[int]{1,3}=[]", "does not fit"),
        ("a:str=\ud800", "Unicode"),
        ("a:str=" + "x" * 90, "too long to be written"),
        ("token:str=abc", "is a secret"),
        ("a:str=/tmp/a", "another one"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_param(text)

    assert problem in str(raised.value)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "class",
            "__init__",
            "_private",
            "Email",
            "e-mail",
            "1st",
            "l",
            "",
            "a" * 31,
            "é",
            "a__b",
        ),
        *("date", "str", "list", "self", "request", "background_tasks", "payload", "context"),
        *("model_config", "model_fields", "json", "copy", "schema", "a_"),
    ],
)
def test_a_name_that_would_not_work_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="The field name"):
        check_param_name("field", name)


def test_what_pydantic_owns_is_refused() -> None:
    owned = {*dir(BaseModel), *dir(type(BaseModel))}

    for name in owned:
        with pytest.raises(UsageError):
            check_param_name("field", name)


def test_two_parameters_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="Two parameters are called `a`"):
        parse_params(["a:int", "a:str"])


@pytest.mark.parametrize("text", ["a:int>=1<10", "a:list[str{1,8}]{,3}|None", "a:Decimal>-2.50"])
def test_what_a_parameter_says_of_itself_is_read_back(text: str) -> None:
    assert parse_param(text).text == text


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(params())
def test_examples_fit_and_what_is_beyond_is_refused(text: str) -> None:
    param = parse_param(text)
    model = _model(param)

    for value in (param.example, *accepted(param)):
        _validate(model, param, value)
    for value in refused(param):
        with pytest.raises(ValidationError) as raised:
            _validate(model, param, value)
        assert {error["loc"][0] for error in raised.value.errors()} == {param.name}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(params())
def test_a_default_is_the_same_as_its_json(text: str) -> None:
    param = parse_param(text)
    model = _model(param)

    if param.default is None:
        with pytest.raises(ValidationError):
            model()
    elif param.default_json is None:
        assert param.is_made
        assert model.model_validate_json(model().model_dump_json())
    else:
        assert model() == _validate(model, param, param.default_json)


def _model(param: Param) -> type[BaseModel]:
    names = {*imports_of([param]), ("pydantic", "BaseModel")}
    lines = [*import_lines(names, standard=True), *import_lines(names, standard=False)]
    lines += [
        item_source(param) or "",
        enum_source(param) if param.kind.members else "",
        "class Model(BaseModel, allow_inf_nan=False):",
        field_source(param),
    ]
    scope: dict[str, Any] = {}
    exec("\n".join(lines), scope)  # noqa: S102
    model: type[BaseModel] = scope["Model"]
    return model


def _validate(model: type[BaseModel], param: Param, source: str) -> BaseModel:
    value = eval(source) if " * " in source else ast.literal_eval(source)  # noqa: S307
    return model.model_validate_json(json.dumps({param.name: value}))


def test_a_list_with_a_long_name_wraps_its_default() -> None:
    source = field_source(parse_param("yz81hzakz8g_rmax9res_a0q0utcf:list[int>=-174<=0]=[]"))

    name = "yz81hzakz8g_rmax9res_a0q0utcf: list[Yz81hzakz8gRmax9resA0q0utcfItem]"
    assert source == f"    {name} = Field(\n        default_factory=list\n    )"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("link:Link", "HttpUrl"),
        ("x:string", "str"),
        ("wait:interval", "timedelta"),
        ("n:integer", "int"),
        ("at:Timestamp", "datetime"),
    ],
)
def test_a_hint_names_the_type_that_is_meant(text: str, meant: str) -> None:
    name = text.partition(":")[0]

    with pytest.raises(UsageError, match=f"Did you mean `{name}:{meant}`\\?"):
        parse_param(text)


@pytest.mark.parametrize(
    "texts",
    [
        ["time:str", "at:time"],
        ["wait:timedelta|None", "timedelta:int"],
        ["uuid4:str", "id:UUID=new"],
    ],
)
def test_no_name_hides_what_another_is_made_with(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="is the name of what another parameter is made with"):
        parse_params(texts)


def test_a_name_may_be_that_of_a_type_which_nothing_uses() -> None:
    assert [param.name for param in parse_params(["time:str", "uuid4:UUID"])] == ["time", "uuid4"]


@pytest.mark.parametrize(
    ("text", "prefix", "name"),
    [
        ("state:enum(a,b)=b", "Link", "LinkState"),
        ("view:enum(a,b)=b", "Link", "LinkViewValue"),
        (f"{'x' * 30}:enum(a,b)=b", "Link", "X" + "x" * 29),
    ],
)
def test_the_class_of_an_enum_has_a_name_of_its_own(text: str, prefix: str, name: str) -> None:
    [param] = named_enums(parse_params([text]), prefix, {"LinkView"})

    assert (param.kind.annotation, param.default) == (name, f"{name}.B")


def test_two_enums_have_two_classes() -> None:
    named = named_enums(parse_params(["a1:enum(a,b)", "a_1:enum(a,b)", "a:int"]), "Link", ())

    assert [param.kind.annotation for param in named] == ["LinkA1", "LinkA1Value", "int"]
