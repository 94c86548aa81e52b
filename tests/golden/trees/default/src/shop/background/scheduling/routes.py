"""`/jobs`: list jobs, pause, resume; in any process (S13)."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from ..dependencies import SchedulerDep
from ..host import OpsRead, OpsWrite, ReadSessionDep, SessionDep, refusals
from .job import Job
from .models import PausedJob
from .pausing import pause, paused, resume
from .runs import JobDep

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


@router.get("", dependencies=[OpsRead])
def list_jobs(session: ReadSessionDep, scheduler: SchedulerDep) -> list[JobView]:
    """List the jobs of the code, by name."""
    now_paused = paused(session)
    return [JobView.of(job, paused=job.name in now_paused) for job in scheduler.jobs.values()]


@router.get("/{name}", dependencies=[OpsRead], responses=refusals(404))
def read_job(job: JobDep, session: ReadSessionDep) -> JobView:
    """Show one job."""
    return JobView.of(job, paused=session.get(PausedJob, job.name) is not None)


@router.post("/{name}/pause", dependencies=[OpsWrite], responses=refusals(403, 404))
def pause_job(job: JobDep, session: SessionDep) -> JobView:
    """Pause a job in all processes, also after restarts; its due times pass without runs."""
    pause(session, job.name)
    return JobView.of(job, paused=True)


@router.post("/{name}/resume", dependencies=[OpsWrite], responses=refusals(403, 404))
def resume_job(job: JobDep, session: SessionDep) -> JobView:
    """Run the job at its due times again."""
    resume(session, job.name)
    return JobView.of(job, paused=False)
