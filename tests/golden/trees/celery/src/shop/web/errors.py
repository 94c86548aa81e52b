"""Exceptions that become HTTP responses: services raise them, this module renders them."""

import json
import logging
import sys
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..database.references import MissingRowError, is_referred_to
from ..process.starting import StartError
from .texts import SurrogateError

logger = logging.getLogger(__name__)


class ServiceError(Exception):
    """The base of errors with an HTTP status, which the subclass sets."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        """Take the reason, one sentence; `retry_after` is in seconds."""
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class NotFoundError(ServiceError):
    """The requested object does not exist."""

    status = HTTPStatus.NOT_FOUND


class ConflictError(ServiceError):
    """The current state of the object does not allow the request."""

    status = HTTPStatus.CONFLICT


class UnprocessableError(ServiceError):
    """The request is well formed but invalid, such as a key sent with another payload."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, detail: str, *where: str) -> None:
        """Take the reason and its place in the request, as FastAPI writes it: "header", "x-a"."""
        super().__init__(detail)
        self.where = where


class UnavailableError(ServiceError):
    """Something that this service needs is down; a later attempt may succeed."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def install(app: FastAPI) -> None:
    """Render each ServiceError and each validation error as `{"detail": ...}`."""
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
        # Leave the input out: it may be long, secret, or not valid as UTF-8.
        shown = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
        body = json.dumps({"detail": shown})
        return Response(body, HTTPStatus.UNPROCESSABLE_ENTITY, media_type="application/json")

    @app.exception_handler(SurrogateError)
    def refuse_surrogate(request: Request, error: SurrogateError) -> Response:
        return refuse(request, RequestValidationError([error.detail]))

    @app.exception_handler(StaleDataError)
    def render_stale(request: Request, _error: StaleDataError) -> JSONResponse:
        return render(request, ConflictError("another request changed or deleted it meanwhile"))

    @app.exception_handler(MissingRowError)
    def render_missing_row(request: Request, error: MissingRowError) -> JSONResponse:
        return render(request, UnprocessableError("refers to nothing", "body", error.column))

    @app.exception_handler(IntegrityError)
    def render_referred_to(request: Request, error: IntegrityError) -> JSONResponse:
        if not is_referred_to(error):
            raise error
        return render(request, ConflictError("others refer to it: change or delete those first"))

    @app.exception_handler(DataError)
    def render_data_error(request: Request, error: DataError) -> JSONResponse:
        logger.warning("not stored: %s", error.orig)
        return render(request, UnprocessableError("a value is not one that the database can hold"))


class StartErrorMiddleware:
    """Lets the server log a StartError as one line, where Starlette would log a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Replace the message of a failed start."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        async def send_one_line(message: Message) -> None:
            error = sys.exception()
            if message["type"] == "lifespan.startup.failed" and isinstance(error, StartError):
                message["message"] = str(error)
            await send(message)

        await self.app(scope, receive, send_one_line)
