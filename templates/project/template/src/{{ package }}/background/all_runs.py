"""`/runs`: the runs of all jobs and tasks (S13, T9)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from .filters import Filter, Place
from .host import NotFoundError, OperatorDep, OpsRead, ReadSessionDep, refusals, root_path
from .listing import last_read, page
from .models import Run
from .views import RunView

router = APIRouter(prefix="/runs", tags=["runs"], dependencies=[OpsRead], responses=refusals(401))


def read_page(session: Session, which: Filter) -> tuple[Sequence[Run], Place | None]:
    """Return the runs of a page, and the place after which the next one begins, if any."""
    found = session.scalars(page(which)).all()
    runs = found[: which.limit]
    last = runs[-1] if len(found) > len(runs) else session.execute(last_read(which)).first()
    return runs, None if last is None else Place.model_validate(last)


@router.get("")
def list_all_runs(
    which: Annotated[Filter, Query()],
    session: ReadSessionDep,
    request: Request,
    response: Response,
    *,
    operator: OperatorDep,
) -> list[RunView]:
    """List runs, newest due time first. `Link` has the URL of the next page, if there is one.

    With `kind`, `error`, or `name` and `state`, a page may be short or empty and have a next one.
    """
    runs, last = read_page(session, which)
    if last is not None:
        query = request.url.include_query_params(before=last).query
        response.headers["Link"] = f'<{root_path(request)}{router.prefix}?{query}>; rel="next"'
    return RunView.of_all(session, runs, operator=operator)


@router.get("/{run_id}", responses=refusals(404))
def read_any_run(run_id: UUID, session: ReadSessionDep, *, operator: OperatorDep) -> RunView:
    """Show a run of a job or task."""
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"no run {run_id}")
    return RunView.of(session, run, operator=operator)
