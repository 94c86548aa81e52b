"""Finds the runs that a process may claim, in the order of their places.

An index has the waiting runs of each name in this order. So the first of each name are looked up,
and however many wait behind them, or for the limit of another name, are not read.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, TextualSelect, bindparam, text
from sqlalchemy.orm import Session

from .models import RUNS

COLUMNS = "id, kind, name, state, attempt, due_at, payload, concurrency_key, batch_id"
FIRST_OF_NAME = """SELECT * FROM (
    SELECT {columns}, place FROM fastforge_runs
    WHERE finished_at IS NULL AND state = 'queued' AND name = :name_{number}
    AND NOT available_at > :now AND held_by IS NULL {other_keys}
    ORDER BY place LIMIT :free_{number}
) AS of_name_{number}"""
"""`NOT available_at >`, because with `<=` SQLite would read all of them and sort."""
OTHER_KEYS = "AND (concurrency_key IS NULL OR concurrency_key NOT IN :keys)"
ONE_SCHEDULED = """SELECT * FROM (
    SELECT {columns}, -1e300 AS place FROM fastforge_runs
    WHERE finished_at IS NULL AND state = 'scheduled' AND available_at <= :now LIMIT 1
) AS scheduled"""
ALL = """SELECT {columns} FROM ({parts}) AS found
WHERE EXISTS (SELECT 1 FROM fastforge_runner_processes WHERE id = :owner)
ORDER BY place LIMIT :slots"""


def candidates(  # noqa: PLR0913
    session: Session,
    free: Mapping[str, int],
    keys: Collection[str],
    now: datetime,
    *,
    owner: str,
    slots: int,
) -> Sequence[Row[Any]]:
    """Return up to `slots` queued runs, and one scheduled run first if one is due.

    `free` has how many of each name may start, `keys` are the concurrency keys that are taken.
    """
    values = {"now": now, "owner": owner, "slots": slots + 1, "keys": list(keys)}
    for number, (name, count) in enumerate(free.items()):
        values |= {f"name_{number}": name, f"free_{number}": max(0, count)}
    return session.execute(_statement(len(free), bool(keys)), values).all()


@lru_cache(maxsize=8)
def _statement(names: int, with_keys: bool) -> TextualSelect:  # noqa: FBT001
    fixed = {"columns": COLUMNS, "other_keys": OTHER_KEYS if with_keys else ""}
    parts = [FIRST_OF_NAME.format(number=number, **fixed) for number in range(names)]
    union = " UNION ALL ".join([ONE_SCHEDULED.format(**fixed), *parts])
    statement = text(ALL.format(columns=COLUMNS, parts=union))
    statement = statement.bindparams(bindparam("now", type_=RUNS.c.available_at.type))
    if with_keys:
        statement = statement.bindparams(bindparam("keys", expanding=True))
    return statement.columns(*(RUNS.c[name] for name in COLUMNS.split(", ")))
