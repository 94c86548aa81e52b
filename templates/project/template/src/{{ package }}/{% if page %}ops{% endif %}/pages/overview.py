"""`/ops`: what there is to see at one look, such as what failed last night and why."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from ...background.health import find_problem
from ...background.workers import list_workers
from ...database import ReadSessionDep
from ...settings import SettingsDep
from ..facts import charts
from ..facts.activity import last_day
from ..facts.durations import in_words
from ..facts.processes import schedulers
from ..facts.standing import counts, newest_dead_letters
from ..rendering import page
from ..route import page_router

router = page_router()


@router.get("")
def ops_overview(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    problem: Annotated[str, Depends(find_problem)],
) -> HTMLResponse:
    """Show the overview."""
    now = datetime.now(UTC)
    quarters = last_day(session, now)
    return page(
        request,
        "overview.html",
        title="Overview",
        problem=problem,
        counts=list(counts(session, now)),
        dead_letters=newest_dead_letters(session),
        quarters=[quarter for quarter in quarters if quarter.runs],
        rates=charts.rates(quarters),
        durations=charts.durations(quarters),
        in_words=in_words,
        workers=list_workers(session, settings),
        schedulers=list(schedulers(session, now)),
    )
