"""Finds the runs that a process may claim, in the order of their places (T2).

An index has the waiting runs of each name in this order. So the first of each name are looked up,
and however many wait behind them, or for the limit of another name, are not read.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, TextClause, bindparam, select, text, update
from sqlalchemy.orm import Session

from .models import IS_SCHEDULED, LOWER_STATE, RUNS, WAITING, State

IS_DUE = (
    RUNS.c.finished_at.is_(None),
    RUNS.c.available_at <= bindparam("now"),
    RUNS.c.held_by.is_(None),
)
# With an order, PostgreSQL reads the index. Without one, it expects to find a row soon anywhere in
# the table, and reads all of it when many wait for later. SQLite would sort all that wait, if it
# could find them by state or name.
FIRST_DUE = select(RUNS.c.id).where(*IS_DUE).order_by(RUNS.c.available_at)
WAITS = LOWER_STATE.in_(WAITING), RUNS.c.name.concat("").in_(bindparam("names"))
IS_WAITING = FIRST_DUE.where(*WAITS).limit(1)
LATER = FIRST_DUE.where(IS_SCHEDULED)
PROMOTED_AT_ONCE = 1000
PROMOTE = update(RUNS).values(state=State.QUEUED)
PROMOTE = PROMOTE.where(
    RUNS.c.id.in_(LATER.limit(PROMOTED_AT_ONCE).with_for_update(skip_locked=True))
)

NAMES_AT_ONCE = 200
"""SQLite refuses a statement that unites more than 500."""
COLUMNS = "id, name, state, concurrency_key"
FIRST_OF_NAME = """SELECT * FROM (
    SELECT {columns}, place FROM fastforge_runs
    WHERE state = 'queued' AND name = :name_{number}
    AND NOT available_at > :now AND held_by IS NULL {other_keys}
    ORDER BY place LIMIT :free_{number}
) AS of_name_{number}"""
"""`NOT available_at >`, because with `<=` SQLite would read all of them and sort."""
OTHER_KEYS = "AND (concurrency_key IS NULL OR concurrency_key NOT IN :keys)"
ONE_SCHEDULED = """SELECT * FROM (
    SELECT {columns}, -1e300 AS place FROM fastforge_runs
    WHERE state = 'scheduled' AND available_at <= :now ORDER BY available_at LIMIT 1
) AS scheduled"""
ALL = """SELECT {columns}, place FROM ({parts}) AS found
WHERE CAST(:owner AS VARCHAR) IS NULL
    OR EXISTS (SELECT 1 FROM fastforge_runner_processes WHERE id = :owner)
ORDER BY place LIMIT :slots"""


def is_waiting(session: Session, names: Collection[str], now: datetime) -> bool:
    """Tell whether a run of `names` waits that may be claimed: a look without a lock."""
    return session.scalar(IS_WAITING, {"now": now, "names": list(names)}) is not None


def candidates(  # noqa: PLR0913
    connection: Connection,
    free: Mapping[str, int],
    keys: Collection[str],
    now: datetime,
    *,
    owner: str | None,
    slots: int,
) -> Sequence[Row[Any]]:
    """Return the first queued runs, `slots` or more; those whose time has come are queued before.

    They have the columns COLUMNS, as the driver gives them: only those that are claimed are read.
    `free` has how many of each name may start, `keys` are the concurrency keys that are taken.
    """
    fixed = {"now": now, "owner": owner, "slots": slots + 1, "keys": list(keys)}

    def find() -> list[Row[Any]]:
        found: list[Row[Any]] = []
        for start in range(0, len(free), NAMES_AT_ONCE):
            names = list(free.items())[start : start + NAMES_AT_ONCE]
            values: dict[str, object] = dict(fixed)
            for number, (name, count) in enumerate(names):
                values |= {f"name_{number}": name, f"free_{number}": max(0, count)}
            found += connection.execute(_statement(len(names), bool(keys)), values)
        return sorted(found, key=attrgetter("place"))

    found = find()
    if any(run.state == State.SCHEDULED for run in found):
        connection.execute(PROMOTE, {"now": now})
        found = find()
    return [run for run in found if run.state == State.QUEUED]


@lru_cache(maxsize=8)
def _statement(names: int, with_keys: bool) -> TextClause:  # noqa: FBT001
    fixed = {"columns": COLUMNS, "other_keys": OTHER_KEYS if with_keys else ""}
    parts = [FIRST_OF_NAME.format(number=number, **fixed) for number in range(names)]
    union = " UNION ALL ".join([ONE_SCHEDULED.format(**fixed), *parts])
    statement = text(ALL.format(columns=COLUMNS, parts=union))
    statement = statement.bindparams(bindparam("now", type_=RUNS.c.available_at.type))
    return statement.bindparams(bindparam("keys", expanding=True)) if with_keys else statement
