"""`python -m PACKAGE.web.new_key web --scope links:write`: makes a key for a client.

It prints the key, which is kept nowhere, and the entry for CLIENT_API_KEYS, which has its hash.
"""

import argparse
import json
import secrets
import sys

from pydantic import ValidationError

from ..values.client_keys import NAME, ClientKey, hash_of

BYTES = 32
"""So many bytes of chance that the key cannot be guessed, not even from its hash."""


def entry(key: str, scopes: list[str] | None, expires: str | None) -> dict[str, object]:
    """Return the entry of a key; raises ValidationError for scopes or a time that cannot be."""
    made: dict[str, object] = {"sha256": hash_of(key), "scopes": scopes, "expires": expires}
    ClientKey.model_validate(made)
    return {name: value for name, value in made.items() if value is not None}


def main(arguments: list[str]) -> int:
    """Print a new key and its entry; return the exit code."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}.new_key", description="Make a key for a client."
    )
    parser.add_argument("name", help="the name of the client, for the log")
    parser.add_argument("--scope", action="append", help="what it may do; all, if none is given")
    parser.add_argument("--expires", help="until when, like 2027-01-01T00:00:00Z; for ever")
    given = parser.parse_args(arguments)
    key = secrets.token_urlsafe(BYTES)
    try:
        made = {given.name: entry(key, given.scope, given.expires)}
    except ValidationError as error:
        problem = error.errors()[0]
        parser.error(f"{problem['loc'][0]}: {problem['msg']}")
    if not NAME.fullmatch(given.name):
        parser.error("a name has up to 32 letters, digits, dots, hyphens and underscores")
    sys.stdout.write(
        f"The key, shown only now, which the client sends as X-API-Key:\n  {key}\n"
        "Its entry in CLIENT_API_KEYS, a JSON object with an entry for each client:\n"
        f"  {json.dumps(made)}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
