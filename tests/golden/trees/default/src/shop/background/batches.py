"""Batches: runs that were queued together, and the task that follows when all have ended.

The end of a batch is recorded with the end of its last run, and so is the run that follows. That
has the id of the batch, so there is only one, whatever is killed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, Select, String, Text, bindparam, exists, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import ledger
from .accepted import AcceptedMany
from .host import Base, UtcDateTime, lock_ledger
from .models import RUNS, Run, State, place

Row = dict[str, Any]
OPEN = text("ended_at IS NULL")


class Batch(Base):
    """Runs that were queued together, or one run that another is to follow."""

    __tablename__ = "fastforge_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unique_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    total: Mapped[int]
    then_name: Mapped[str | None] = mapped_column(String(64))
    then_payload: Mapped[str | None] = mapped_column(Text)
    then_priority: Mapped[int] = mapped_column(default=0)
    then_concurrency_key: Mapped[str | None] = mapped_column(String(400))
    then_traceparent: Mapped[str | None] = mapped_column(String(55))
    only_after_success: Mapped[bool]  # of its run: it does not end when that has failed
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_fastforge_batches_open", created_at, postgresql_where=OPEN, sqlite_where=OPEN),
    )


BATCHES = Batch.metadata.tables[Batch.__tablename__]
FOLLOWER = ("name", "payload", "priority", "concurrency_key")
"""What a batch knows of the run that follows it."""
GOING_ON = (State.SCHEDULED, State.QUEUED, State.RUNNING)
PART = RUNS.c.batch_id == BATCHES.c.id
CUT_OFF = exists().where(PART, RUNS.c.state == State.INTERRUPTED, RUNS.c.dismissed_at.is_(None))
UNENDED = select(BATCHES.c.id).where(BATCHES.c.ended_at.is_(None))
ADD = insert(BATCHES).on_conflict_do_nothing(index_elements=["unique_key"]).returning(BATCHES.c.id)
SUCCEEDED = exists().where(PART, RUNS.c.state == State.SUCCEEDED)
END = (
    update(BATCHES)
    .where(BATCHES.c.ended_at.is_(None), ~exists().where(PART, RUNS.c.state.in_(GOING_ON)))
    .where(~CUT_OFF)  # the next sweep runs it again, or not
    .where(or_(~BATCHES.c.only_after_success, SUCCEEDED))
    .values(ended_at=bindparam("now"))
    .returning(BATCHES.c.id, *(BATCHES.c[f"then_{name}"].label(name) for name in FOLLOWER))
)


def add(
    session: Session, parts: Sequence[Row], follower: Row | None, key: str | None, now: datetime
) -> AcceptedMany:
    """Insert runs, as a batch if it has a follower or a key; or return the batch of that key."""
    if follower is None and key is None:
        ledger.add_rows(session, parts)
        return AcceptedMany(batch_id=None, run_ids=[part["id"] for part in parts])
    batch = uuid4()
    if _open(session, batch, follower, now, total=len(parts), unique_key=key):
        ledger.add_rows(session, [part | {"batch_id": batch} for part in parts])
        if not parts:
            end(session, [batch], now)
        return AcceptedMany(batch_id=batch, run_ids=[part["id"] for part in parts])
    there = session.scalar(select(BATCHES.c.id).where(BATCHES.c.unique_key == key))
    if there is None:  # it has been pruned just now: then the key is free
        return add(session, parts, follower, key, now)
    ids = session.scalars(select(RUNS.c.id).where(RUNS.c.batch_id == there))
    return AcceptedMany(batch_id=there, run_ids=list(ids))


def add_one(session: Session, row: Row, follower: Row | None, now: datetime) -> Run:
    """Insert a run that `follower` follows, or return the run that has its key."""
    if follower is None:
        return ledger.add_one(session, row)
    batch = uuid4()
    run = ledger.add_one(session, row | {"batch_id": batch})
    if run.batch_id == batch:
        _open(session, batch, follower, now, only_after_success=True)
    return run


def _open(
    session: Session, batch: UUID, follower: Row | None, now: datetime, **values: object
) -> bool:
    row: Row = {"id": batch, "total": 1, "only_after_success": False, "created_at": now} | values
    row |= {f"then_{name}": follower[name] for name in FOLLOWER} if follower else {}
    return session.scalar(ADD, row) is not None


def end(session: Session, ids: Iterable[UUID | None] | Select[tuple[UUID]], now: datetime) -> None:
    """End those batches none of whose runs waits or runs, and queue the runs that follow them.

    Call it in each transaction that records ends of runs; with `UNENDED` it looks at all batches.
    """
    known = ids if isinstance(ids, Select) else set(ids) - {None}
    if known == set():
        return
    lock_ledger(session.connection())  # of two that record the last two ends, one sees both
    ended = session.execute(END.where(BATCHES.c.id.in_(known)), {"now": now}).mappings()
    followers: list[Row] = []
    for batch in ended.all():
        row: Row = {**batch, "follows_id": batch["id"], "kind": "task", "state": State.QUEUED}
        row |= dict.fromkeys(("created_at", "due_at", "available_at"), now)
        followers.append(row | {"place": place(now, row["priority"])})
    ledger.add_rows(session, [row for row in followers if row["name"] is not None])
