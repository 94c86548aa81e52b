"""Writes how far runs are while they run; what is left, the end of the attempt writes."""

from collections.abc import Iterable

from sqlalchemy import bindparam, update

from .attempt import Attempt
from .host import Database
from .models import RUNS, State

WRITE = (
    update(RUNS)
    .where(
        RUNS.c.id == bindparam("run"),
        RUNS.c.owner == bindparam("of"),
        RUNS.c.attempt == bindparam("number"),
        RUNS.c.state == State.RUNNING,
    )
    .values(progress=bindparam("newest"))
)


def write(database: Database, attempts: Iterable[Attempt]) -> None:
    """Write the newest progress of each attempt that runs and has some."""
    due = [(each, progress) for each in attempts if (progress := each.control.due_progress)]
    if not due:
        return
    with database.transaction() as session:
        for each, progress in due:
            run = {"run": each.row.id, "of": each.row.owner, "number": each.row.attempt}
            session.execute(WRITE, run | {"newest": progress})
    for each, progress in due:
        each.control.wrote(progress)
