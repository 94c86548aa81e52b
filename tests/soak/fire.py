"""Copied into a project: tasks that leave marks, and what queues thousands of them.

`python -m shop.fire SEED COUNT` queues them, cancels some, and prints what it did.
"""

import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel
from shop.background import Enqueue, RunContext, Task, cancel
from shop.database import Database
from shop.settings import Settings

SHARE_CANCELLED = 0.05


class Item(BaseModel):
    """One piece of work."""

    seconds: float = 0
    key: int = 0


class Nothing(BaseModel):
    """No more than that a batch has ended."""


def mark(what: str, context: RunContext) -> None:
    """Append one line, whatever other processes do."""
    words = (what, context.name, context.run_id.hex, context.attempt, time.monotonic(), os.getpid())
    handle = os.open(Path(os.environ["MARKS"]) / "marks", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{' '.join(map(str, words))}\n".encode())
    os.close(handle)


def toil(item: Item, context: RunContext) -> None:
    """Take a while, and say when it began and ended."""
    mark("start", context)
    try:
        end = time.monotonic() + item.seconds
        while time.monotonic() < end and not context.cancelled:
            time.sleep(0.005)
    finally:
        mark("end", context)


def sum_up(_nothing: Nothing, context: RunContext) -> None:
    """Follow a batch."""
    mark("start", context)
    mark("end", context)


item = partial(Task, payload=Item, function=toil)
TASKS: dict[str, Task[Item]] = {
    task.name: task
    for task in (
        item(name="fire_free", idempotent=True),
        item(name="fire_once"),
        item(name="fire_narrow", idempotent=True, max_concurrency=3),
        item(name="fire_rated", idempotent=True, rate_limit="30/second"),
        item(name="fire_keyed", idempotent=True, concurrency_key=lambda item: item.key),
    )
}
AFTER = Task(name="fire_after", payload=Nothing, function=sum_up, idempotent=True)
SHARES = {"fire_free": 60, "fire_once": 15, "fire_narrow": 8, "fire_rated": 9, "fire_keyed": 8}


def queue_some(database: Database, chance: random.Random) -> tuple[str | None, list[UUID]]:
    """Queue a batch, or runs that belong to none; give the id of the batch, and of the runs."""
    [name] = chance.choices(list(SHARES), list(SHARES.values()))
    items = [
        Item(seconds=chance.uniform(0, 0.05), key=chance.randrange(20))
        for _ in range(chance.randint(1, 60))
    ]
    options = {
        "delay": timedelta(seconds=chance.choice([0, 0, chance.uniform(0, 40)])),
        "priority": chance.randint(-3, 3),
    }
    with database.transaction() as session:
        enqueue = Enqueue.within(session)
        if chance.random() < 0.5:
            batch = enqueue.many(TASKS[name], items, then=(AFTER, Nothing()), **options)
            return batch.batch_id.hex, list(batch.run_ids)
        return None, [enqueue(TASKS[name], each, **options).run_id for each in items]


def main(seed: int, count: int) -> None:
    """Queue `count` runs in groups, and cancel some of each group a little later."""
    chance = random.Random(seed)
    database = Database(Settings().database_url)
    batches: list[str] = []
    queued: list[UUID] = []
    cancelled = 0
    while len(queued) < count:
        batch, run_ids = queue_some(database, chance)
        batches += [batch] if batch else []
        queued += run_ids
        for run_id in chance.sample(queued, max(1, int(len(run_ids) * SHARE_CANCELLED))):
            with database.transaction() as session:
                cancelled += cancel(session, run_id, datetime.now(UTC)) is not None
    database.close()
    print(json.dumps({"queued": len(queued), "batches": batches, "asked": cancelled}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
