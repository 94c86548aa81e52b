"""Gives routes the runner and the scheduler of this process (T2, T5)."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from .host import UnavailableError
from .runner import Runner
from .scheduling.scheduler import Scheduler
from .services import Services

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


RunnerDep = Annotated[Runner, Depends(get_runner)]
SchedulerDep = Annotated[Scheduler, Depends(get_scheduler)]


async def wake(runner: Runner) -> None:
    """Wake the runner, as a background task: async, so it takes no thread from the endpoints."""
    runner.wake()
