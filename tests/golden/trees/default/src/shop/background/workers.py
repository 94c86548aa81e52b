"""`/workers`: the processes of all machines that run work, and what they run now (S13)."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from .beats import RunnerProcess
from .host import OpsRead, ReadSessionDep, SettingsDep, refusals
from .models import Run

router = APIRouter(
    prefix="/workers", tags=["workers"], dependencies=[OpsRead], responses=refusals(401)
)


class RunningView(BaseModel):
    """A run that occupies a thread; its state is not `running` if it has timed out."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    name: str
    state: str
    started_at: datetime | None


class WorkerView(BaseModel):
    """A process that runs work: up to `threads` runs at once.

    `silent` says that its last heartbeat is older than a lease, by the clocks of both machines. The
    other processes decide without clocks whether it is dead, and then it is not in this list.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    host: str
    pid: int
    engine: str
    version: str
    threads: int
    started_at: datetime
    seen_at: datetime
    silent: bool = False
    runs: list[RunningView] = []


@router.get("")
def list_workers(session: ReadSessionDep, settings: SettingsDep) -> list[WorkerView]:
    """List the processes, oldest first."""
    processes = session.scalars(select(RunnerProcess).order_by(RunnerProcess.started_at))
    workers = [WorkerView.model_validate(process) for process in processes]
    runs = defaultdict[str | None, list[RunningView]](list)
    for run in session.scalars(select(Run).where(Run.held_by > "").order_by(Run.started_at)):
        runs[run.held_by].append(RunningView.model_validate(run))
    last = datetime.now(UTC) - timedelta(seconds=settings.lease_seconds)
    for worker in workers:
        worker.runs, worker.silent = runs[worker.id], worker.seen_at < last
    return workers
