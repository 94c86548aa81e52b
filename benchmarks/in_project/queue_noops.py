"""Queue so many no-op tasks in the database of DATABASE_URL; 0 only counts what became of them.

`queue_noops.py TASKS [AT_ONCE]`: with AT_ONCE, which is how many a transaction, it says how many
seconds that took.
"""

import json
import sys
import time
from datetime import UTC, datetime

from shop.background import ledger
from shop.background.models import Run
from shop.database.schema import open_database
from shop.settings import Settings
from shop.tasks.noop import TASK
from sqlalchemy import func, select

AT_ONCE = 500


def main() -> None:
    """Print how many runs there are in each state, as JSON."""
    count, at_once = int(sys.argv[1]), int((*sys.argv[2:], AT_ONCE)[0])
    with open_database(Settings().database_url, migrate=True) as database:
        began = time.perf_counter()
        for start in range(0, count, at_once):
            with database.transaction() as session:
                for _ in range(min(at_once, count - start)):
                    ledger.add(session, TASK, datetime.now(UTC), payload="{}")
        seconds = time.perf_counter() - began
        states = select(Run.state, func.count()).where(Run.name == TASK.name).group_by(Run.state)
        with database.snapshot() as session:
            found = {f"{state}_runs": number for state, number in session.execute(states)}
    print(json.dumps(found | ({"seconds": seconds} if sys.argv[2:] else {})))


if __name__ == "__main__":
    main()
