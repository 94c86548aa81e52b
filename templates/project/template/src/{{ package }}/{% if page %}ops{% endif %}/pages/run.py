"""`/ops/runs/ID`: all that is known of one run; retry, cancel or dismiss it."""

from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ...background.control import Progress
from ...background.models import Run
from ...database import ReadSessionDep
from ...web.errors import NotFoundError
from ..changes import ChangeDep
from ..facts.durations import in_words
from ..facts.one_run import attempts_of, readable, together, verbs
from ..links import link
from ..rendering import page
from ..route import VERB, page_router

router = page_router()


@router.get("/runs/{run_id:uuid}")  # so that a GET of /runs/retry is a 405
def ops_run(request: Request, run_id: UUID, session: ReadSessionDep) -> HTMLResponse:
    """Show a run of a job or task."""
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"no run {run_id}")
    return page(
        request,
        "run.html",
        title=f"Run of {run.name}",
        run=run,
        known=run.name in request.app.state.registry,
        in_words=in_words,
        verbs=verbs(run),
        attempts=attempts_of(session, run),
        progress=run.progress and Progress.model_validate_json(run.progress),
        payload=readable(run.payload),
        result=readable(run.result),
        batch=together(session, run.batch_id),
        followed=together(session, run.follows_id),
    )


@router.post("/runs/{run_id}/retry", **VERB)
def ops_retry_run(request: Request, run_id: UUID, change: ChangeDep) -> RedirectResponse:
    """Give a dead letter one more attempt."""
    return change("retry", [Run.id == run_id], link(request, "ops_run", run_id=run_id))


@router.post("/runs/{run_id}/cancel", **VERB)
def ops_cancel_run(request: Request, run_id: UUID, change: ChangeDep) -> RedirectResponse:
    """Stop a run: one that waits never starts, one that runs is asked to stop."""
    return change("cancel", [Run.id == run_id], link(request, "ops_run", run_id=run_id))


@router.post("/runs/{run_id}/dismiss", **VERB)
def ops_dismiss_run(request: Request, run_id: UUID, change: ChangeDep) -> RedirectResponse:
    """Remove a dead letter from the list."""
    return change("dismiss", [Run.id == run_id], link(request, "ops_run", run_id=run_id))
