"""`/jobs/NAME/runs`, `/jobs/NAME/run`: runs of a job, cancel one; run now, or for another time."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import ledger
from ..dependencies import CancelDep, RunnerDep, SchedulerDep, wake
from ..host import (
    NotFoundError,
    OperatorDep,
    OpsRead,
    OpsWrite,
    ReadSessionDep,
    SessionDep,
    refusals,
    root_path,
)
from ..models import Run
from ..views import Moment, PageDep, RunView
from .job import Job

router = APIRouter(prefix="/jobs", tags=["jobs"], responses=refusals(401))


def find_job(name: str, scheduler: SchedulerDep) -> Job:
    """Find a job by its name; raises NotFoundError."""
    if name not in scheduler.jobs:
        raise NotFoundError(f"no job named {name}")
    return scheduler.jobs[name]


JobDep = Annotated[Job, Depends(find_job)]


@router.get("/{name}/runs", dependencies=[OpsRead], responses=refusals(404))
def list_runs(
    job: JobDep, session: ReadSessionDep, page: PageDep, *, operator: OperatorDep
) -> list[RunView]:
    """List the runs of a job, newest due time first."""
    runs = select(Run).where(Run.name == job.name)
    newest = runs.order_by(Run.due_at.desc()).limit(page.limit).offset(page.offset)
    return RunView.of_all(session, session.scalars(newest).all(), operator=operator)


@router.get("/{name}/runs/{run_id}", dependencies=[OpsRead], responses=refusals(404))
def read_run_of_job(
    job: JobDep, run_id: UUID, session: ReadSessionDep, *, operator: OperatorDep
) -> RunView:
    """Show a run by the id that `run` returned."""
    return RunView.of(session, _run_of(job, session, run_id), operator=operator)


@router.post(
    "/{name}/runs/{run_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[OpsWrite],
    responses=refusals(403, 404, 409),
)
def cancel_run_of_job(job: JobDep, run_id: UUID, session: SessionDep, cancel: CancelDep) -> RunView:
    """Stop a run: one that waits never starts, one that runs is asked to stop."""
    return cancel(_run_of(job, session, run_id))


def _run_of(job: Job, session: Session, run_id: UUID) -> Run:
    run = session.get(Run, run_id)
    if run is None or run.name != job.name:
        raise NotFoundError(f"no run {run_id} of {job.name}")
    return run


@router.post(
    "/{name}/run",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[OpsWrite],
    responses=refusals(403, 404),
)
def run_job_now(  # noqa: PLR0913, PLR0917
    job: JobDep,
    session: SessionDep,
    runner: RunnerDep,
    background: BackgroundTasks,
    request: Request,
    response: Response,
    due_at: Moment | None = None,
) -> RunView:
    """Queue a run that starts now; any process may run it. `Location` is the URL of the run.

    `due_at` is the due time that the function sees, such as yesterday's; now by default.
    """
    now = datetime.now(UTC)
    due_at = due_at or now
    run_id = ledger.add(session, job, now, due_at=due_at, delay=now - due_at)
    response.headers["Location"] = f"{root_path(request)}/jobs/{job.name}/runs/{run_id}"
    background.add_task(wake, runner)
    return RunView.of(session, session.get_one(Run, run_id), operator=True)
