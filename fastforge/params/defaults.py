"""A default as it was typed, read as a value of its type."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from fastforge.params.bounds import plain

LONGEST = 80
"""Characters in a default's literal: longer texts belong into code."""

_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?!-)){0,40}(?<!-)"
_DOMAIN = rf"(?:{_LABEL}\.)*[A-Za-z](?:[A-Za-z0-9]){{1,20}}"
_EMAIL = re.compile(rf"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:{_LABEL}\.)+[A-Za-z]{{2,20}}")
_URL = re.compile(rf"https?://{_DOMAIN}(?::(?P<port>\d{{2,5}}))?(?:/[A-Za-z0-9._~/?=&%+-]*)?")
_DURATION = re.compile(
    r"-?P(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?(?:(?P<seconds>\d{1,5})S)?)?",
    re.ASCII,
)
_HIGHEST_PORT = 65535
_SPECIAL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
"""Top-level domains that email-validator refuses."""

_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 (refused)
_SCRATCH = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 (refused)

Sources = tuple[str, str]
"""The default as Python, and as the Python source of the JSON value that means the same."""


def read_default(kind: str, text: str) -> Sources:
    """Read the text of a default; ValueError says what it should be."""
    return _READERS[kind](text)


MADE: Mapping[tuple[str, str], str] = {
    ("datetime", "now"): "lambda: datetime.now(UTC)",
    ("date", "today"): "lambda: datetime.now(UTC).date()",
    ("UUID", "new"): "uuid4",
}
"""What the server makes for each request that leaves it out, by type and what is typed."""


def factory(source: str) -> str:
    """Write the default that a callable gives."""
    return f"Field(default_factory={source})"


def literal(text: str) -> str:
    """Write a text as the ASCII literal that formatters and linters leave as it is."""
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + "".join(_escaped(char, quote) for char in text) + quote


def _escaped(char: str, quote: str) -> str:
    if char == "\\":
        return "\\\\"
    if char.isascii() and char.isprintable() and char != quote:
        return char
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"  # noqa: PLR2004


def _read_str(text: str) -> Sources:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("text of Unicode characters") from error
    if text in _ADDRESSES or text.startswith(_SCRATCH):
        raise ValueError("another one: linters take this for an unsafe address or file")
    return literal(text), literal(text)


def _read_int(text: str) -> Sources:
    if not _WHOLE.fullmatch(text):
        raise ValueError("a whole number of at most 15 digits, such as 3")
    return str(int(text)), str(int(text))


def _read_float(text: str) -> Sources:
    number = plain(_number(text))
    number = number if "." in number else f"{number}.0"
    return number, number


def _read_decimal(text: str) -> Sources:
    number = plain(_number(text))
    argument = f'"{number}"' if "." in number else number
    return f"Decimal({argument})", f'"{number}"'


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number such as 2.5, without exponent")
    return Decimal(text) or Decimal(0)


def _read_bool(text: str) -> Sources:
    known = {"true": "True", "false": "False", "yes": "True", "no": "False"}
    if text.lower() not in known:
        raise ValueError("true or false")
    return known[text.lower()], known[text.lower()]


def _read_date(text: str) -> Sources:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("a date such as 2026-12-01") from error
    return f"date({day.year}, {day.month}, {day.day})", f'"{day.isoformat()}"'


def _read_datetime(text: str) -> Sources:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 (refused below, as any without an offset)
    offset = moment.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        raise ValueError("a moment with its offset, such as 2026-12-01T09:00+01:00")
    quoted = f'"{moment.isoformat()}"'
    return f"datetime.fromisoformat({quoted})", quoted


def _read_time(text: str) -> Sources:
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        moment = time.min.replace(tzinfo=UTC)
    if moment.tzinfo:
        raise ValueError("a time of day without offset, such as 09:30")
    parts = [moment.hour, moment.minute, moment.second, moment.microsecond]
    while len(parts) > 2 and not parts[-1]:  # noqa: PLR2004 (hour and minute)
        parts.pop()
    return f"time({', '.join(map(str, parts))})", f'"{moment.isoformat()}"'


def _read_timedelta(text: str) -> Sources:
    match = _DURATION.fullmatch(text)
    given = (
        {name: int(number) for name, number in match.groupdict().items() if number} if match else {}
    )
    if match is None or not given:
        raise ValueError("a duration such as PT90S, PT1H30M or P7D")
    arguments = ", ".join(f"{name}={number}" for name, number in given.items())
    return f"{'-' * text.startswith('-')}timedelta({arguments})", f'"{text}"'


def _read_json(text: str) -> Sources:
    makers = {"{}": "dict", "[]": "list"}
    if text not in makers:
        raise ValueError("{} or []")
    return factory(makers[text]), text


def _read_uuid(text: str) -> Sources:
    try:
        quoted = f'"{UUID(text)}"'
    except ValueError as error:
        raise ValueError("a UUID of 32 hexadecimal digits") from error
    return f"UUID({quoted})", quoted


def _read_email(text: str) -> Sources:
    if not _EMAIL.fullmatch(text) or text.rpartition(".")[2].lower() in _SPECIAL:
        raise ValueError("an address such as ada@example.com")
    return f'"{text}"', f'"{text}"'


def _read_url(text: str) -> Sources:
    match = _URL.fullmatch(text)
    if not match or not 0 < int(match["port"] or 1) <= _HIGHEST_PORT:
        raise ValueError("an address such as https://example.com/path")
    return f'HttpUrl("{text}")', f'"{text}"'


_READERS: Mapping[str, Callable[[str], Sources]] = {
    "str": _read_str,
    "text": _read_str,
    "int": _read_int,
    "float": _read_float,
    "bool": _read_bool,
    "Decimal": _read_decimal,
    "date": _read_date,
    "datetime": _read_datetime,
    "time": _read_time,
    "timedelta": _read_timedelta,
    "UUID": _read_uuid,
    "EmailStr": _read_email,
    "HttpUrl": _read_url,
    "json": _read_json,
}
