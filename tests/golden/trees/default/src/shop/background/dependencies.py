"""How a route reaches the runner of its process, and wakes it after the response (T2, T5)."""

from typing import Annotated

from fastapi import Depends, Request

from .runner import Runner


def get_runner(request: Request) -> Runner:
    """Give this process's runner."""
    runner: Runner = request.app.state.runner
    return runner


RunnerDep = Annotated[Runner, Depends(get_runner)]


async def wake(runner: Runner) -> None:
    """Wake the runner, as a background task: async, so it takes no thread from the endpoints."""
    runner.wake()
