"""Changes runs and sends back to a page, which says how many were changed (T6, T9)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import BackgroundTasks, Depends
from fastapi.responses import RedirectResponse
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from ..background import changing
from ..background.changing import Changed
from ..background.dependencies import RunnerDep, wake
from ..background.runner import Runner
from ..database import SessionDep
from .notices import back

VERBS: dict[str, Callable[..., Changed]] = {
    "retry": changing.retry,
    "cancel": changing.cancel,
    "dismiss": changing.dismiss,
}


@dataclass(frozen=True, slots=True)
class Change:
    """Changes runs in the transaction of a request."""

    session: Session
    background: BackgroundTasks
    runner: Runner

    def __call__(
        self, verb: str, which: Iterable[ColumnElement[bool]], path: str
    ) -> RedirectResponse:
        """Change the runs that match, as far as their states allow it, and send back to `path`."""
        done = VERBS[verb](self.session, *which)
        self.background.add_task(wake, self.runner)
        return back(path, verb, done.changed, more=done.more)


async def get_change(session: SessionDep, background: BackgroundTasks, runner: RunnerDep) -> Change:
    """Bind `Change` to one request."""
    return Change(session, background, runner)


ChangeDep = Annotated[Change, Depends(get_change)]
