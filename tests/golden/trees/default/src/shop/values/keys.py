"""API keys as settings: which characters they may have, and the named keys of clients."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

SENDABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
"""Characters that every HTTP library sends and reads unchanged in a header."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def _check(key: SecretStr) -> SecretStr:
    if not SENDABLE.fullmatch(key.get_secret_value()):
        raise ValueError("a key has only printable ASCII characters, and no space at its ends")
    return key


HeaderKey = Annotated[SecretStr, AfterValidator(_check)]
"""A key that is sent in a header."""


def _read(value: object) -> object:
    """Read `web:KEY1,cron:KEY2`; errors give the number of an entry, not its secret text."""
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
"""The keys of clients, by the name of the client."""
