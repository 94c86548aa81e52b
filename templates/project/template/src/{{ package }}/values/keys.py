"""Keys as settings: what may be one, and the keys of clients, each with a name."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

SENDABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
"""What a header carries unchanged, whatever library writes or reads it."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def _check(key: SecretStr) -> SecretStr:
    if not SENDABLE.fullmatch(key.get_secret_value()):
        raise ValueError("a key has only printable ASCII characters, and no space at its ends")
    return key


HeaderKey = Annotated[SecretStr, AfterValidator(_check)]
"""A key that is sent in a header."""


def _read(value: object) -> object:
    """Read `web:KEY1,cron:KEY2`; what is wrong is told by its place, for it may be secret."""
    if not isinstance(value, str):
        return value
    keys: dict[str, str] = {}
    for number, entry in enumerate(value.split(","), start=1):
        name, colon, key = (part.strip() for part in entry.partition(":"))
        if not colon or not NAME.fullmatch(name) or not SENDABLE.fullmatch(key):
            raise ValueError(
                f"entry {number} is not NAME:KEY; write web:KEY1,cron:KEY2 with names of letters,"
                " digits, dots, hyphens and underscores, and keys of printable ASCII characters"
            )
        if name in keys or key in keys.values():
            raise ValueError(f"entry {number} has the name or the key of another")
        keys[name] = key
    return keys


ClientKeys = Annotated[dict[str, HeaderKey], NoDecode, BeforeValidator(_read)]
"""The keys of clients by the names of these."""
