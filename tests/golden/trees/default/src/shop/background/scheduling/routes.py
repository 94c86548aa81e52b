"""`/jobs`: list jobs and their runs; run now, pause, resume; in any process (S13)."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete, select

from .. import ledger
from ..dependencies import RunnerDep, SchedulerDep, wake
from ..host import (
    NotFoundError,
    OperatorDep,
    OpsRead,
    OpsWrite,
    ReadSessionDep,
    SessionDep,
    lock_ledger,
    refusals,
    root_path,
)
from ..models import Run
from ..views import PageDep, RunView
from .job import Job
from .models import PausedJob

router = APIRouter(prefix="/jobs", tags=["jobs"], responses=refusals(401))


class JobView(BaseModel):
    """A scheduled job; `next_run_at` is null if it is paused, disabled or has no more due times."""

    name: str
    description: str
    schedule: str
    paused: bool
    next_run_at: datetime | None

    @classmethod
    def of(cls, job: Job, *, paused: bool) -> "JobView":
        """Show a job in its present state."""
        upcoming = job.schedule.next_after(datetime.now(UTC)) if job.enabled else None
        return cls(
            name=job.name,
            description=job.description,
            schedule=job.schedule.describe(),
            paused=paused,
            next_run_at=None if paused else upcoming,
        )


def find_job(name: str, scheduler: SchedulerDep) -> Job:
    """Find a job by its name; raises NotFoundError."""
    if name not in scheduler.jobs:
        raise NotFoundError(f"no job named {name}")
    return scheduler.jobs[name]


JobDep = Annotated[Job, Depends(find_job)]


@router.get("", dependencies=[OpsRead])
def list_jobs(session: ReadSessionDep, scheduler: SchedulerDep) -> list[JobView]:
    """List the jobs of the code, by name."""
    paused = set(session.scalars(select(PausedJob.name)))
    return [JobView.of(job, paused=job.name in paused) for job in scheduler.jobs.values()]


@router.get("/{name}", dependencies=[OpsRead], responses=refusals(404))
def read_job(job: JobDep, session: ReadSessionDep) -> JobView:
    """Show one job."""
    return JobView.of(job, paused=session.get(PausedJob, job.name) is not None)


@router.get("/{name}/runs", dependencies=[OpsRead], responses=refusals(404))
def list_runs(
    job: JobDep, session: ReadSessionDep, page: PageDep, *, operator: OperatorDep
) -> list[RunView]:
    """List the runs of a job, newest due time first."""
    runs = select(Run).where(Run.name == job.name)
    newest = runs.order_by(Run.due_at.desc()).limit(page.limit).offset(page.offset)
    return [RunView.of(run, operator=operator) for run in session.scalars(newest)]


@router.get("/{name}/runs/{run_id}", dependencies=[OpsRead], responses=refusals(404))
def read_run_of_job(
    job: JobDep, run_id: UUID, session: ReadSessionDep, *, operator: OperatorDep
) -> RunView:
    """Show a run by the id that `run` returned."""
    run = session.get(Run, run_id)
    if run is None or run.name != job.name:
        raise NotFoundError(f"no run {run_id} of {job.name}")
    return RunView.of(run, operator=operator)


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
) -> RunView:
    """Queue a run that is due now; any process may run it. `Location` is the URL of the run."""
    run_id = ledger.add(session, job, datetime.now(UTC))
    response.headers["Location"] = f"{root_path(request)}/jobs/{job.name}/runs/{run_id}"
    background.add_task(wake, runner)
    return RunView.of(session.get_one(Run, run_id), operator=True)


@router.post("/{name}/pause", dependencies=[OpsWrite], responses=refusals(403, 404))
def pause_job(job: JobDep, session: SessionDep) -> JobView:
    """Pause a job in all processes, also after restarts; its due times pass without runs."""
    lock_ledger(session.connection())  # a concurrent pause or resume waits
    session.merge(PausedJob(name=job.name, paused_at=datetime.now(UTC)))
    return JobView.of(job, paused=True)


@router.post("/{name}/resume", dependencies=[OpsWrite], responses=refusals(403, 404))
def resume_job(job: JobDep, session: SessionDep) -> JobView:
    """Run the job at its due times again."""
    lock_ledger(session.connection())
    session.execute(delete(PausedJob).where(PausedJob.name == job.name))
    return JobView.of(job, paused=False)
