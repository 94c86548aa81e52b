"""What people may type for a parameter, drawn from the grammar."""

import string
from decimal import Decimal

from hypothesis import strategies as st

from fastforge.errors import UsageError
from fastforge.params import parse_param
from fastforge.params.enums import LONGEST_VALUE
from fastforge.params.kinds import KINDS

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,12}(_[a-z0-9]{1,8}){0,2}", fullmatch=True).filter(
    lambda name: _is_good(f"{name}:int")
)
_NUMBERS = st.decimals(-1000, 1000, places=2).map(lambda number: format(number, "f"))
_WHOLE = st.integers(-1000, 1000).map(str)
_DEFAULTS = {
    "str": st.text(string.printable + "é🛒\u202e\"'\\", max_size=30).map(str.strip),
    "int": _WHOLE,
    "float": _NUMBERS,
    "bool": st.sampled_from(["true", "no"]),
    "Decimal": _NUMBERS,
    "date": st.dates().map(str) | st.just("today"),
    "datetime": st.datetimes().map(lambda moment: moment.isoformat() + "+01:00") | st.just("now"),
    "time": st.times().map(lambda time: time.isoformat()) | st.just("09:30"),
    "timedelta": st.sampled_from(["P1D", "-PT90S", "P99999DT1H2M3S", "PT0S"]),
    "json": st.sampled_from(["{}", "[]"]),
    "UUID": st.uuids().map(str) | st.just("new"),
    "EmailStr": st.sampled_from(["ada@example.com", "a.b+c@mail.example.org"]),
    "HttpUrl": st.sampled_from(["https://example.com", "http://a.example.org:8000/b?c=d"]),
}
_DEFAULTS["text"] = _DEFAULTS["str"]
_VALUES = st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,2}", fullmatch=True) | st.sampled_from(
    ["pass", "token", "none", "mro", "name", "value", "in"]
)
_MEMBERS = st.lists(
    _VALUES.filter(lambda value: len(value) <= LONGEST_VALUE), min_size=2, max_size=9, unique=True
)


@st.composite
def params(draw: st.DrawFn) -> str:
    """Draw `NAME:TYPE[=DEFAULT]` that is accepted."""
    name, kind = draw(NAMES), draw(st.sampled_from(sorted(KINDS)))
    members = draw(_MEMBERS)
    if kind == "enum":
        kind = f"enum({','.join(members)})"
    inner = kind + draw(_bounds(kind))
    default = draw(st.none() | _DEFAULTS.get(kind, st.sampled_from(members)))
    if draw(st.integers(0, 3)) == 0 and kind != "json":
        inner = f"list[{inner}]{draw(_lengths(20))}"
        default = draw(st.sampled_from([None, "[]"]))
    if draw(st.booleans()):
        inner += draw(st.sampled_from(["|None", " | None"]))
        default = draw(st.sampled_from([default, "None"]))
    candidates = [f"{name}:{inner}={default}"] if default is not None else []
    candidates += [f"{name}:{inner}", f"{name}:{kind}"]
    return next(text for text in candidates if _is_good(text))


@st.composite
def _bounds(draw: st.DrawFn, kind: str) -> str:
    if kind in {"str", "text"}:
        return draw(_lengths(200))
    if kind not in KINDS or not KINDS[kind].is_number or draw(st.booleans()):
        return ""
    low, high = sorted((draw(_NUMBERS), draw(_NUMBERS)), key=Decimal)
    if kind == "int":
        low, high = str(int(Decimal(low))), str(int(Decimal(high)))
    texts = [f">={low}", f">{low}", f"<={high}", f"<{high}", f">={low}<={high}", f">{low}<{high}"]
    return draw(st.sampled_from(texts))


@st.composite
def _lengths(draw: st.DrawFn, longest: int) -> str:
    low = draw(st.integers(0, longest))
    high = draw(st.integers(max(low, 1), longest))
    return draw(st.sampled_from(["", f"{{{low},{high}}}", f"{{,{high}}}", f"{{{max(low, 1)}}}"]))


def _is_good(text: str) -> bool:
    try:
        parse_param(text)
    except UsageError:
        return False
    return True
