"""A key as a setting: which characters it may have."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

SENDABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
"""Characters that every HTTP library sends and reads unchanged in a header."""


def _check(key: SecretStr) -> SecretStr:
    if not SENDABLE.fullmatch(key.get_secret_value()):
        raise ValueError("a key has only printable ASCII characters, and no space at its ends")
    return key


HeaderKey = Annotated[SecretStr, AfterValidator(_check)]
"""A key that is sent in a header."""
