"""A default as it was typed, read as a value of its type."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
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
    "int": _read_int,
    "float": _read_float,
    "bool": _read_bool,
    "Decimal": _read_decimal,
    "date": _read_date,
    "datetime": _read_datetime,
    "UUID": _read_uuid,
    "EmailStr": _read_email,
    "HttpUrl": _read_url,
}
