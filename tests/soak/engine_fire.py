"""Copied into a project beside `fire.py`: half of the work may be repeated, half may not.

`python -m shop.engine_fire SEED COUNT SECONDS` queues so many in this time, in groups.
"""

import json
import random
import sys
import time
from functools import partial

from shop.background import Enqueue, Task
from shop.database import Database
from shop.fire import Item, toil
from shop.settings import Settings

GROUP = 20
item = partial(Task, payload=Item, function=toil)
TASKS: dict[str, Task[Item]] = {
    task.name: task
    for task in (
        item(name="fire_free", idempotent=True),
        item(name="fire_once"),
        item(name="fire_narrow", max_concurrency=2),
        item(name="fire_rated", idempotent=True, rate_limit="20/second"),
    )
}
SHARES = {"fire_free": 40, "fire_once": 40, "fire_narrow": 10, "fire_rated": 10}


def main(seed: int, count: int, seconds: float) -> None:
    """Queue the tasks, some with a priority; print how many were accepted."""
    chance, began, accepted = random.Random(seed), time.monotonic(), 0
    database = Database(Settings().database_url)
    names = [name for name, share in SHARES.items() for _ in range(count * share // 100)]
    chance.shuffle(names)
    for start in range(0, len(names), GROUP):
        time.sleep(max(0.0, began + start / len(names) * seconds - time.monotonic()))
        with database.transaction() as session:
            enqueue = Enqueue.within(session)
            for name in names[start : start + GROUP]:
                payload = Item(seconds=chance.uniform(0.03, 0.15))
                enqueue(TASKS[name], payload, priority=chance.choice([0, 0, 0, 5]))
        accepted += len(names[start : start + GROUP])
    database.close()
    print(json.dumps(accepted))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
