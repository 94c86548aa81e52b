"""`/ops/runs`: the runs of all jobs and tasks; retry, cancel or dismiss some, or all that match."""

import logging
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import ColumnElement

from ...background.all_runs import read_page
from ...background.listing import counted
from ...background.models import Run, State
from ...database import ReadSessionDep
from ...web.errors import UnprocessableError
from ..changes import ChangeDep
from ..facts.durations import in_words
from ..facts.search import Chosen, Search, beginnings, matching
from ..form import Form, FormDep, sends
from ..links import link
from ..rendering import page
from ..route import VERB, page_router

logger = logging.getLogger(__name__)
router = page_router()
ChosenDep = Annotated[Chosen, Query()]
FIELDS = sends(id=list, all=str)


@router.get("/runs")
def ops_runs(
    request: Request, search: Annotated[Search, Query()], session: ReadSessionDep
) -> HTMLResponse:
    """List runs, newest due time first."""
    runs, last = read_page(session, search)
    # If all that were found are on this page, they need not be looked for again.
    has_all = search.before is None and (last is None or len(runs) < search.limit)
    number = (len(runs), last is not None) if has_all else counted(session, search)
    return page(
        request,
        "runs.html",
        title="Runs",
        search=search,
        states=list(State),
        beginnings=beginnings(datetime.now(UTC)),
        runs=runs,
        counted=number,
        last=last,
        in_words=in_words,
    )


@router.post("/runs/retry", openapi_extra=FIELDS, **VERB)
def ops_retry_runs(
    request: Request, search: ChosenDep, form: FormDep, change: ChangeDep
) -> RedirectResponse:
    """Give dead letters one more attempt: those of the form, or `all` that match."""
    return change("retry", _chosen(search, form), _list(request, search))


@router.post("/runs/cancel", openapi_extra=FIELDS, **VERB)
def ops_cancel_runs(
    request: Request, search: ChosenDep, form: FormDep, change: ChangeDep
) -> RedirectResponse:
    """Cancel runs that have not ended: those of the form, or `all` that match."""
    return change("cancel", _chosen(search, form), _list(request, search))


@router.post("/runs/dismiss", openapi_extra=FIELDS, **VERB)
def ops_dismiss_runs(
    request: Request, search: ChosenDep, form: FormDep, change: ChangeDep
) -> RedirectResponse:
    """Dismiss dead letters: those of the form, or `all` that match."""
    return change("dismiss", _chosen(search, form), _list(request, search))


def _chosen(search: Search, form: Form) -> list[ColumnElement[bool]]:
    if "all" in form:
        return list(matching(search))
    try:
        ids = [UUID(each) for each in form.get("id", [])]
    except ValueError as error:
        raise UnprocessableError("this is not the id of a run", "body", "id") from error
    logger.info("chosen: %s", ", ".join(map(str, ids)))  # the line of the change has only the URL
    return [Run.id.in_(ids)]


def _list(request: Request, search: Search) -> str:
    return link(request, "ops_runs", **search.query())
