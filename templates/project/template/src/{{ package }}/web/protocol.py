"""HTTP's rules for every route: HEAD where there is GET, `Allow`, and how much a body may be."""

from collections.abc import Iterable
from http import HTTPMethod, HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def install(app: FastAPI, max_body_bytes: int) -> None:
    """Let every route of an application keep these rules."""
    app.add_middleware(HeadMiddleware)
    app.add_middleware(BodyLimitMiddleware, max_body_bytes=max_body_bytes)

    @app.exception_handler(AnyHTTPException)
    async def refuse(request: Request, error: AnyHTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = ", ".join(allowed_methods(request.scope))
            error = AnyHTTPException(error.status_code, error.detail, {"Allow": allowed})
        return await http_exception_handler(request, error)


def allowed_methods(scope: Scope) -> list[str]:
    """Give the methods of a path, whichever of its routes serves them."""
    served = [method.value for method in HTTPMethod if _is_served(scope, method)]
    return sorted({*served, *(["HEAD"] if "GET" in served else [])})


def root_path(request: Request) -> str:
    """Give what stands before every path of this application, where it is mounted or proxied."""
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
        """Ask the application for GET and keep the body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or _is_served(scope, "HEAD"):
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            body = {"body": b""} if message["type"] == "http.response.body" else {}
            await send({**message, **body})

        await self.app({**scope, "method": "GET"}, receive, send_without_body)


class BodyLimitMiddleware:
    """Refuses a body that is too large: by what the request says, or as soon as it is seen."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        """Wrap an ASGI application."""
        self.app = app
        self.most = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 in place of the application, or let it fail where it reads too much."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        detail = f"the body is larger than {self.most} bytes"
        too_large = HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        said, seen = Headers(scope=scope).get("Content-Length", ""), 0
        if said.isdecimal() and int(said) > self.most:
            response = await http_exception_handler(Request(scope), too_large)
            await response(scope, receive, send)
            return

        async def receive_up_to_most() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise too_large
            return message

        await self.app(scope, receive_up_to_most, send)
