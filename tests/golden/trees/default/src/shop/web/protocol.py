"""HTTP rules for every route: HEAD for each GET, the `Allow` header, a limit for bodies."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPMethod, HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def install(app: FastAPI, max_body_bytes: int) -> None:
    """Apply these rules to every route of an application."""
    app.add_middleware(HeadMiddleware)
    app.add_middleware(BodyLimitMiddleware, max_body_bytes=max_body_bytes)

    @app.exception_handler(AnyHTTPException)
    async def refuse(request: Request, error: AnyHTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = ", ".join(allowed_methods(request.scope))
            error = AnyHTTPException(error.status_code, error.detail, {"Allow": allowed})
        return await http_exception_handler(request, error)


def allowed_methods(scope: Scope) -> list[str]:
    """Return the methods of a path, from all its routes."""
    served = [method.value for method in HTTPMethod if _is_served(scope, method)]
    return sorted({*served, *(["HEAD"] if "GET" in served else [])})


def root_path(request: Request) -> str:
    """Return the prefix of all paths of this application, set by a mount or a proxy."""
    return quote(request.scope.get("root_path", "").rstrip("/"))


def _is_served(scope: Scope, method: str) -> bool:
    routes: Iterable[BaseRoute] = scope["app"].routes
    asked = {**scope, "method": method}
    return any(route.matches(asked)[0] is Match.FULL for route in routes)


class HeadMiddleware:
    """Answers HEAD as GET, without the body, where no route asks for HEAD itself (RFC 9110)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an ASGI application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application with GET and leave the body out."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or _is_served(scope, "HEAD"):
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            body = {"body": b""} if message["type"] == "http.response.body" else {}
            await send({**message, **body})

        await self.app({**scope, "method": "GET"}, receive, send_without_body)


@dataclass(slots=True)
class BodyLimit:
    """What the body of a request may be, in its scope as LIMIT."""

    max_bytes: int
    is_file: bool = False


LIMIT = "body_limit"


def allow_body(request: Request, max_bytes: int) -> None:
    """Give a route a limit of its own for the body, which it reads as a stream after this.

    The route keeps the body as a file, so nobody looks into it.
    """
    limit: BodyLimit = request.scope[LIMIT]
    limit.max_bytes, limit.is_file = max_bytes, True


class BodyLimitMiddleware:
    """Refuses a body that is too large, by its Content-Length or by the bytes received."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        """Wrap an ASGI application."""
        self.app = app
        self.max_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the application's `receive` raise 413, before or after it has read too much."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit: BodyLimit = scope.setdefault(LIMIT, BodyLimit(self.max_bytes))
        declared, received = dict(scope["headers"]).get(b"content-length", b""), 0
        size = int(declared) if declared.isdigit() else 0

        async def receive_limited() -> Message:
            nonlocal received
            if size > limit.max_bytes:
                raise _too_large(limit.max_bytes)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit.max_bytes:
                raise _too_large(limit.max_bytes)
            return message

        await self.app(scope, receive_limited, send)


def _too_large(max_bytes: int) -> HTTPException:
    detail = f"the body is larger than {max_bytes} bytes"
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
