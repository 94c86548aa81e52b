"""Queue so many no-op tasks in the database of DATABASE_URL; 0 only counts what became of them."""

import json
import sys
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
    count = int(sys.argv[1])
    with open_database(Settings().database_url, migrate=True) as database:
        for start in range(0, count, AT_ONCE):
            with database.transaction() as session:
                for _ in range(min(AT_ONCE, count - start)):
                    ledger.add(session, TASK, datetime.now(UTC), payload="{}")
        states = select(Run.state, func.count()).where(Run.name == TASK.name).group_by(Run.state)
        with database.snapshot() as session:
            found = {f"{state}_runs": number for state, number in session.execute(states)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
