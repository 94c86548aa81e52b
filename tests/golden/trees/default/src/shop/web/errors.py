"""Errors that are answers: raised by services and background code, rendered as JSON here."""

import json
import sys
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.orm.exc import StaleDataError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..process.starting import StartError


class ServiceError(Exception):
    """A refusal with an HTTP meaning; a subclass sets the status, the raiser says why."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        """Say why in one sentence; `retry_after` is in seconds."""
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class NotFoundError(ServiceError):
    """The thing asked for is not there."""

    status = HTTPStatus.NOT_FOUND


class ConflictError(ServiceError):
    """The state of the thing does not allow it."""

    status = HTTPStatus.CONFLICT


class UnprocessableError(ServiceError):
    """The request is well formed but cannot be done, as with a key that was used for another."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, detail: str, *where: str) -> None:
        """Say why, and `where` in the request it stands, as FastAPI does: "header", "x-name"."""
        super().__init__(detail)
        self.where = where


class UnavailableError(ServiceError):
    """Something this service needs is not available now; trying again later may help."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def install(app: FastAPI) -> None:
    """Render every ServiceError and wrong input as `{"detail": ...}`."""
    app.add_middleware(StartErrorMiddleware)

    @app.exception_handler(ServiceError)
    def render(_request: Request, error: ServiceError) -> JSONResponse:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        detail: object = error.detail
        if isinstance(error, UnprocessableError):  # every 422 has one shape
            detail = [{"type": "unprocessable", "loc": error.where, "msg": error.detail}]
        return JSONResponse({"detail": detail}, status_code=error.status, headers=headers)

    @app.exception_handler(RequestValidationError)
    def refuse(_request: Request, error: RequestValidationError) -> Response:
        # Without the input: it may be long, secret, or half of a character that UTF-8 cannot write.
        shown = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
        body = json.dumps({"detail": shown})
        return Response(body, HTTPStatus.UNPROCESSABLE_ENTITY, media_type="application/json")

    @app.exception_handler(StaleDataError)
    def come_late(request: Request, _error: StaleDataError) -> JSONResponse:
        return render(request, ConflictError("another request changed or deleted it meanwhile"))


class StartErrorMiddleware:
    """Lets a server say a StartError in one line, where Starlette gives it a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Replace the message with which a start fails."""

        async def plainly(message: Message) -> None:
            error = sys.exception()
            if message["type"] == "lifespan.startup.failed" and isinstance(error, StartError):
                message["message"] = str(error)
            await send(message)

        await self.app(scope, receive, plainly if scope["type"] == "lifespan" else send)
