"""Configures logging, as text or JSON, and adds the log context: request, client, run."""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex
from types import MappingProxyType

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings import Settings

_EMPTY: Mapping[str, str] = MappingProxyType({})
HANDLER = "service"
REQUEST_ID = b"x-request-id"
LONGEST_ID = 64
TEXT = "%(asctime)s [%(process)d] %(levelname)s %(name)s%(context)s: %(message)s"
FIELDS = ("asctime", "process", "levelname", "name", "message")
RENAMED = {"levelname": "level", "process": "pid"}
OMITTED = (*RESERVED_ATTRS, "color_message", "context")
_log_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=_EMPTY)
QUIET = ("alembic.runtime.plugins", "apscheduler", "httpx2", "httpcore2")
"""Loggers whose INFO lines are noise, or contain URLs with secrets (HTTP clients)."""


@contextmanager
def log_context(**fields: str) -> Generator[None, None, None]:
    """Add fields to every log line written inside the block."""
    token = _log_context.set({**_log_context.get(), **fields})
    try:
        yield
    finally:
        _log_context.reset(token)


def add_log_context(**fields: str) -> None:
    """Add fields to every later log line of this request; call it from async code only."""
    _log_context.set({**_log_context.get(), **fields})


class ContextFilter(logging.Filter):
    """Puts the log context on each record: as attributes for JSON, as `context` for text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the context; never drop a record."""
        fields = _log_context.get()
        record.__dict__.update(fields)
        record.context = "".join(f" {name}={value}" for name, value in fields.items())
        return True


def configure(settings: Settings) -> None:
    """Send all logs, uvicorn's too, to standard error in one format; may be called repeatedly."""
    handler = logging.StreamHandler()
    handler.set_name(HANDLER)
    handler.addFilter(ContextFilter())
    handler.setFormatter(_json() if settings.log_json else logging.Formatter(TEXT))
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if other.name != HANDLER), handler]
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        _use_root(logging.getLogger(name))
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _json() -> logging.Formatter:
    return JsonFormatter(
        FIELDS, reserved_attrs=OMITTED, rename_fields=RENAMED, exc_info_as_array=True
    )


def _use_root(server: logging.Logger) -> None:
    """Let a logger of uvicorn use the root logger's level and format."""
    server.setLevel(logging.NOTSET)
    if server.handlers:  # without handlers it propagates already, or --no-access-log turned it off
        server.handlers.clear()
        server.propagate = True


class RequestIdMiddleware:
    """Gives each request an id: its `X-Request-ID` if short and printable, else a new one."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an ASGI application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the id to the log context and to the response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = dict(scope["headers"]).get(REQUEST_ID, b"").decode("latin-1")
        if not request_id.isprintable() or not 0 < len(request_id) <= LONGEST_ID:
            request_id = token_hex(16)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [header for header in message["headers"] if header[0] != REQUEST_ID]
                message["headers"] = [*others, (REQUEST_ID, request_id.encode("latin-1"))]
            await send(message)

        # Each request passes here, and `log_context` takes four times as long.
        token = _log_context.set({**_log_context.get(), "request_id": request_id})
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            _log_context.reset(token)
