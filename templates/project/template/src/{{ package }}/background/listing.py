"""Selects a page of the runs of all jobs and tasks (S13, T9).

Each part of the statement reads an index in its order, and no further than for this page. What no
index has in order (kind, error, dismissed, or name and state together) is looked for in the newest
MOST_READ runs: a page may have less than it could, and the next page goes on from there.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    UnaryExpression,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from .filters import Filter, Matching
from .models import LOWER_STATE, Run, State

MOST_COUNTED = 10_000
ONE = literal_column("1", Integer)
"""Selected to count rows: with a column, a database may read each row beside the index."""


def conditions(which: Matching, run: type[Run] = Run) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of a filter."""
    yield from _due(which, run)
    if which.name is not None:  # without its index, which has all that ever ran
        yield run.name.concat("") == which.name
    if which.error is not None:
        yield run.error.icontains(which.error, autoescape=True)


def matching(which: Filter, run: type[Run] = Run) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that no part of the statement has."""
    yield from conditions(which, run)
    if which.kind is not None:
        yield run.kind == which.kind
    if which.dismissed is not None:
        yield run.dismissed_at.is_not(None) if which.dismissed else run.dismissed_at.is_(None)


def page(which: Filter) -> Select[Run]:
    """Select the runs of a page, and one more if there is a next page."""
    run = _rows(which)
    ids = select(run.id).where(*matching(which, run)).order_by(*_newest_first(run))
    some = select(Run).where(Run.id.in_(ids.limit(which.limit + 1)))
    return some.order_by(*_newest_first(Run))


def last_read(which: Filter) -> Select[datetime, UUID]:
    """Select the place of the last run that is read for the page, if there may be more."""
    return _read(which).offset(which.most_read - 1)


def counted(session: Session, which: Filter, most: int = MOST_COUNTED) -> tuple[int, bool]:
    """Count the runs of all pages, `most` at most; tell whether there may be more.

    Where no index has what matches, the newest MOST_READ are looked at.
    """
    which = which.model_copy(update={"before": None})
    if which.index_has_all:
        ones = [part.with_only_columns(ONE).order_by(None) for part in _parts(which)]
        some = union_all(*ones).limit(most + 1).subquery()
        found = session.execute(select(func.count()).select_from(some)).scalar_one()
        return min(found, most), found > most
    matches = func.count().filter(*matching(which, run := _rows(which)))
    found, read = session.execute(select(matches, func.count()).select_from(run)).one()
    return min(found, most), found > most or read == which.most_read


def _rows(which: Filter) -> type[Run]:
    """Return what is read for a page: of each run only what a filter looks at, the rest is long."""
    read = _read(which).subquery()
    looked_at = select(Run.id, Run.due_at, Run.kind, Run.name, Run.error, Run.dismissed_at)
    # With a limit of its own, PostgreSQL reads these by their ids, and then looks at conditions.
    by_id = looked_at.join(read, read.c.id == Run.id).limit(which.most_read)
    return aliased(Run, by_id.subquery())


def _read(which: Filter) -> Select[datetime, UUID]:
    parts = [select(part.limit(which.most_read).subquery()) for part in _parts(which)]
    places = union_all(*parts).subquery().c
    newest_first = places.due_at.desc(), places.id.desc()
    return select(places.due_at, places.id).order_by(*newest_first).limit(which.most_read)


def _parts(which: Filter) -> Iterator[Select[datetime, UUID]]:
    places = select(Run.due_at, Run.id).where(*_due(which, Run)).order_by(*_newest_first(Run))
    if (last := which.before) is not None:
        places = places.where(tuple_(Run.due_at, Run.id) < (last.due_at, last.id))
    if which.batch is not None:
        of_batch = places.where(Run.batch_id == which.batch)  # sorts all of it
        yield of_batch.where(LOWER_STATE.in_(which.state)) if which.state else of_batch
        return
    if which.name is not None and which.error is None and not which.state:
        yield places.where(Run.name == which.name)
        return
    without_error = set[State]() if which.error is None else {State.SUCCEEDED}
    for state in sorted(set(which.state) or set(State) - without_error):
        yield places.where(Run.state == state)


def _due(which: Matching, run: type[Run]) -> Iterator[ColumnElement[bool]]:
    if which.since is not None:
        yield run.due_at >= which.since
    if which.until is not None:
        yield run.due_at < which.until


def _newest_first(run: type[Run]) -> tuple[UnaryExpression[datetime], UnaryExpression[UUID]]:
    return run.due_at.desc(), run.id.desc()
