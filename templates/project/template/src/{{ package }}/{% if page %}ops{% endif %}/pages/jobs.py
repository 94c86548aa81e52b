"""`/ops/jobs`: when each job is due, and how its last runs ended; pause, resume, run now."""

from datetime import UTC, datetime

from fastapi import BackgroundTasks, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ...background import ledger
from ...background.dependencies import RunnerDep, SchedulerDep, wake
from ...background.scheduling.pausing import pause, resume
from ...background.scheduling.runs import JobDep
from ...database import ReadSessionDep, SessionDep
from ..facts.durations import in_words
from ..facts.jobs import facts_of
from ..links import link
from ..notices import back
from ..rendering import page
from ..route import VERB, page_router

router = page_router()


@router.get("/jobs")
def ops_jobs(request: Request, session: ReadSessionDep, scheduler: SchedulerDep) -> HTMLResponse:
    """Show the jobs of the code."""
    jobs = list(facts_of(session, scheduler.jobs, datetime.now(UTC)))
    return page(request, "jobs.html", title="Jobs", jobs=jobs, in_words=in_words)


@router.post("/jobs/{name}/pause", **VERB)
def ops_pause_job(request: Request, job: JobDep, session: SessionDep) -> RedirectResponse:
    """Pause a job in all processes."""
    pause(session, job.name)
    return back(link(request, "ops_jobs"), "pause")


@router.post("/jobs/{name}/resume", **VERB)
def ops_resume_job(request: Request, job: JobDep, session: SessionDep) -> RedirectResponse:
    """Run a job at its due times again."""
    resume(session, job.name)
    return back(link(request, "ops_jobs"), "resume")


@router.post("/jobs/{name}/run", **VERB)
def ops_run_job(
    request: Request,
    job: JobDep,
    session: SessionDep,
    runner: RunnerDep,
    background: BackgroundTasks,
) -> RedirectResponse:
    """Queue a run that starts now."""
    ledger.add(session, job, datetime.now(UTC))
    background.add_task(wake, runner)
    return back(link(request, "ops_jobs"), "run")
