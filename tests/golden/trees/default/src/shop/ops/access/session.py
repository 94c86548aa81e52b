"""A session: a cookie that says whose key was given and until when it counts, and is signed.

Nothing is stored. Another key ends the sessions that were begun with the old one.
"""

from functools import lru_cache
from hashlib import pbkdf2_hmac
from hmac import compare_digest, digest
from time import time

from fastapi import Request, Response
from fastapi.security import APIKeyCookie

from ...settings import Settings
from ...web.security import OPERATOR, READER
from ..links import link

COOKIE = f"{__name__.partition('.')[0]}_ops"
"""With the name of the service: browsers give cookies of a machine to all its ports."""
ROUNDS = 100_000
session_cookie = APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False)


def begin(request: Request, response: Response, name: str) -> None:
    """Give the browser a session of OPERATOR or READER, whose key was sent."""
    settings: Settings = request.app.state.settings
    seconds = int(settings.ops_session_hours * 3600)
    claim = f"{name}.{int(time()) + seconds}"
    response.set_cookie(
        COOKIE,
        f"{claim}.{_sign(claim, settings)}",
        max_age=seconds,
        path=link(request, "ops_overview"),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def end(request: Request, response: Response) -> None:
    """Let the browser delete its cookie."""
    response.delete_cookie(COOKIE, path=link(request, "ops_overview"))


def read(cookie: str, settings: Settings) -> str | None:
    """Return whose session it is; None if it has expired or nobody here has signed it."""
    claim, _, signature = cookie.rpartition(".")
    expected = _sign(claim, settings)
    if expected is None or not compare_digest(signature.encode(), expected.encode()):
        return None
    name, _, expires = claim.partition(".")
    return name if time() < int(expires) else None


def _sign(claim: str, settings: Settings) -> str | None:
    """Sign with the key of the one whom it names; None if there is no such key."""
    keys = {OPERATOR: settings.ops_api_key, READER: settings.ops_read_key}
    key = keys.get(claim.partition(".")[0])
    if key is None:
        return None
    return digest(_derive(key.get_secret_value()), claim.encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _derive(key: str) -> bytes:
    """Derive what signs, slowly: whoever gets hold of a cookie shall not guess the key by it."""
    return pbkdf2_hmac("sha256", key.encode(), b"sessions of the operators' page", ROUNDS)
