"""Detects a database outage, for the health check and for 503 responses (T12).

A wrong SQL statement is not an outage: it stays a 500 with its traceback.
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from . import Database, faults
from .schema import is_current

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
UNUSABLE = "the database cannot be used"


def outage(database: Database) -> str:
    """Return why the database cannot be used; an empty text when it can."""
    try:
        if not is_current(database):
            return "the database is not migrated"
        with database.snapshot() as session:
            read_only = faults.is_read_only(session.connection())
    except SQLAlchemyError as error:
        why = faults.why_lost(error) if isinstance(error, DBAPIError) else ""
        return why or "the database cannot be reached"
    return "the database is read-only" if read_only else ""


def explain(error: DBAPIError | PoolTimeoutError, database: Database) -> str:
    """Return the outage that made a statement fail; an empty text if the statement is wrong."""
    if isinstance(error, PoolTimeoutError):
        return UNUSABLE
    if faults.is_lost(error):
        return faults.why_lost(error) or UNUSABLE
    return outage(database) if faults.is_doubtful(error) else ""


def install(app: FastAPI) -> None:
    """Answer 503 with the reason while `app.state.database` cannot be used."""

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeoutError)
    def answer(request: Request, error: DBAPIError | PoolTimeoutError) -> JSONResponse:
        database: Database = request.app.state.database
        detail = explain(error, database)
        if not detail:
            raise error
        database.repeated_errors.log(logger, detail, error)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return JSONResponse({"detail": detail}, HTTPStatus.SERVICE_UNAVAILABLE, headers)
