"""How a route reaches the scheduler of its process."""

from typing import Annotated

from fastapi import Depends, Request

from .scheduler import Scheduler


def get_scheduler(request: Request) -> Scheduler:
    """Give this process's scheduler."""
    scheduler: Scheduler = request.app.state.scheduler
    return scheduler


SchedulerDep = Annotated[Scheduler, Depends(get_scheduler)]
