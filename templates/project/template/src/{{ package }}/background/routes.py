"""`/tasks`: the state of a run, cancel it; dead letters: list, retry, dismiss (T6, T9)."""

from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import dead_letters
from .dependencies import CancelDep, RunnerDep, wake
from .host import (
    ConflictError,
    NotFoundError,
    OperatorDep,
    OpsRead,
    OpsWrite,
    ReadSessionDep,
    SessionDep,
    refusals,
)
from .models import DEAD_LETTERS, IS_DEAD, Run
from .views import PageDep, RunView

router = APIRouter(prefix="/tasks", tags=["tasks"], responses=refusals(401))
CHANGE_REFUSALS = refusals(403, 404, 409)


@router.get("/failed", dependencies=[OpsRead])
def list_dead_letters(
    session: ReadSessionDep, page: PageDep, *, operator: OperatorDep
) -> list[RunView]:
    """List the runs of tasks that failed for good and wait for an operator, newest first."""
    dead = select(Run).where(IS_DEAD, Run.kind == "task")
    newest = dead.order_by(Run.finished_at.desc(), Run.id)
    rows = session.scalars(newest.limit(page.limit).offset(page.offset))
    return RunView.of_all(session, rows.all(), operator=operator)


@router.get("/{run_id}", responses=refusals(404), openapi_extra={"security": [{}]})
def read_run(run_id: UUID, session: ReadSessionDep, *, operator: OperatorDep) -> RunView:
    """Show a run by the id that the endpoint returned when it queued it."""
    return RunView.of(session, _task_run(session, run_id), operator=operator)


@router.post(
    "/{run_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[OpsWrite],
    responses=CHANGE_REFUSALS,
)
def cancel_run(run_id: UUID, session: SessionDep, cancel: CancelDep) -> RunView:
    """Stop a run: one that waits never starts, one that runs is asked to stop."""
    return cancel(_task_run(session, run_id))


@router.post(
    "/{run_id}/retry",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[OpsWrite],
    responses=CHANGE_REFUSALS,
)
def retry_dead_letter(
    run_id: UUID, session: SessionDep, runner: RunnerDep, background: BackgroundTasks
) -> RunView:
    """Give a dead letter one more attempt."""
    run = _dead_letter(session, run_id)
    dead_letters.retry(session, [run.id], datetime.now(UTC))
    session.refresh(run)
    background.add_task(wake, runner)
    return RunView.of(session, run, operator=True)


@router.post(
    "/{run_id}/dismiss",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[OpsWrite],
    responses=CHANGE_REFUSALS,
)
def dismiss_dead_letter(run_id: UUID, session: SessionDep) -> None:
    """Remove a dead letter from the list; its row stays until it is pruned."""
    dead_letters.dismiss(session, [_dead_letter(session, run_id).id], datetime.now(UTC))


def _task_run(session: Session, run_id: UUID, *, lock: bool = False) -> Run:
    run = session.get(Run, run_id, with_for_update=lock)
    if run is None or run.kind != "task":
        raise NotFoundError(f"no run {run_id}")
    return run


def _dead_letter(session: Session, run_id: UUID) -> Run:
    run = _task_run(session, run_id, lock=True)
    if run.state not in DEAD_LETTERS or run.dismissed_at is not None:
        raise ConflictError(f"run {run_id} is {run.state}, not a dead letter")
    return run
