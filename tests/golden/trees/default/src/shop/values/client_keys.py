"""The keys of clients as a setting: each has a name, and may have scopes and an end."""

import hashlib
import json
import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from .keys import SENDABLE

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
Scope = Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$")]
"""What a client may do, such as `links:write`: a scope of RFC 6749."""


def hash_of(key: str) -> str:
    """Return the SHA-256 of a key.

    No slow hash, as for passwords: nobody guesses a key of 256 random bits, and each request pays.
    """
    return hashlib.sha256(key.encode()).hexdigest()


class ClientKey(BaseModel):
    """A key of a client: its SHA-256, what it may do (None for all), and until when."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    sha256: str = Field(pattern="^[0-9a-f]{64}$", repr=False)
    scopes: frozenset[Scope] | None = None
    expires: AwareDatetime | None = None


def _read(value: object) -> object:
    """Read `web:KEY1,cron:KEY2`, or JSON; errors number an entry and never show a key."""
    if not isinstance(value, str):
        return value
    keys: dict[str, object] = {}
    for number, (name, key) in enumerate(_entries(value), start=1):
        if not NAME.fullmatch(name) or (isinstance(key, str) and not SENDABLE.fullmatch(key)):
            raise ValueError(
                f"entry {number} is not NAME:KEY; write web:KEY1,cron:KEY2 with names of letters,"
                " digits, dots, hyphens and underscores, and keys of printable ASCII characters"
            )
        if name in keys:
            raise ValueError(f"entry {number} has the name of another")
        keys[name] = {"sha256": hash_of(key)} if isinstance(key, str) else key
    return keys


def _entries(text: str) -> list[tuple[str, object]]:
    if text.lstrip().startswith("{"):
        return list(json.loads(text).items())
    pairs = (entry.partition(":") for entry in text.split(","))
    return [(name.strip(), key.strip()) for name, _, key in pairs]


def _differ(keys: dict[str, ClientKey]) -> dict[str, ClientKey]:
    if len({key.sha256 for key in keys.values()}) < len(keys):
        raise ValueError("two clients have the same key")
    return keys


ClientKeys = Annotated[
    dict[str, ClientKey], NoDecode, BeforeValidator(_read), AfterValidator(_differ)
]
"""The keys of clients, by the name of the client. A key in plain text has every scope."""
