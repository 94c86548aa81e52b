"""Gives routes the runner and the scheduler of this process, and `cancel` (T2, T5)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from sqlalchemy.orm import Session

from .cancelling import cancel
from .engines.relay import Relay
from .host import ConflictError, SessionDep, UnavailableError
from .models import Run
from .runner import Runner
from .scheduling.scheduler import Scheduler
from .services import Services
from .views import RunView

NOT_STARTED = "background work was not started: the lifespan of its router did not run"


def services_of(app: FastAPI) -> Services:
    """Return the services of an application; raises UnavailableError (503) if not started."""
    services: Services | None = getattr(app.state, "background", None)
    if services is None:
        raise UnavailableError(NOT_STARTED)
    return services


async def get_services(request: Request) -> Services:
    """Return the services of this process; raises UnavailableError (503) if not started."""
    return services_of(request.app)


ServicesDep = Annotated[Services, Depends(get_services)]


async def get_runner(services: ServicesDep) -> Runner:
    """Return the runner of this process."""
    return services.runner


async def get_scheduler(services: ServicesDep) -> Scheduler:
    """Return the scheduler of this process."""
    return services.scheduler


async def get_relay(services: ServicesDep) -> Relay:
    """Return the relay of this process."""
    return services.relay


RelayDep = Annotated[Relay, Depends(get_relay)]
RunnerDep = Annotated[Runner, Depends(get_runner)]
SchedulerDep = Annotated[Scheduler, Depends(get_scheduler)]


async def wake(runner: Runner) -> None:
    """Wake the runner, as a background task: async, so it takes no thread from the endpoints."""
    runner.wake()


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancels a run in the transaction of a request; raises ConflictError if it has ended."""

    session: Session
    background: BackgroundTasks
    runner: Runner

    def __call__(self, run: Run) -> RunView:
        """Cancel the run and show it."""
        state = cancel(self.session, run.id, datetime.now(UTC))
        self.session.refresh(run)
        if state is None:
            raise ConflictError(f"run {run.id} has ended: it is {run.state}")
        self.background.add_task(wake, self.runner)
        return RunView.of(self.session, run, operator=True)


async def get_cancel(session: SessionDep, background: BackgroundTasks, runner: RunnerDep) -> Cancel:
    """Bind `Cancel` to one request."""
    return Cancel(session, background, runner)


CancelDep = Annotated[Cancel, Depends(get_cancel)]
