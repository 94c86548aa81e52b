#!/bin/sh
# A batch migration of Alembic for SQLite deletes the rows that refer to the table it makes anew.
#
# Versions: Alembic 1.20.1, SQLAlchemy 2.1.9.
# Expected: making a column NOT NULL leaves all rows where they are. With foreign keys on, the
#   documentation says that an error is raised.
# Seen: with foreign keys on and ON DELETE CASCADE, SQLite takes the DROP TABLE of the old table
#   for a DELETE of its rows, and the rows that refer to them go too. Nothing is said.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check alembic==1.20.1 sqlalchemy==2.1.9

cat > finding.py <<'END'
import sys
from importlib.metadata import version

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine

TABLES = """
    CREATE TABLE orders (id INTEGER PRIMARY KEY, amount INTEGER);
    CREATE TABLE items (id INTEGER PRIMARY KEY, order_id REFERENCES orders ON DELETE CASCADE);
    INSERT INTO orders VALUES (1, 5);
    INSERT INTO items VALUES (1, 1), (2, 1);
"""


def rows_after(foreign_keys):
    """Count the orders and their items after a migration that changes the orders' column."""
    with create_engine("sqlite://").connect() as connection:
        for statement in (f"PRAGMA foreign_keys = {foreign_keys}", *TABLES.split(";")):
            connection.exec_driver_sql(statement)
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("orders") as batch:
            batch.alter_column("amount", nullable=False)
        counts = "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM items)"
        return tuple(connection.exec_driver_sql(counts).one())


on, off = rows_after("ON"), rows_after("OFF")
print("versions:", *(f"{name} {version(name)}" for name in ("alembic", "sqlalchemy")))
print("expected: (1, 2) rows of orders and items, or an error")
print(f"seen: {on} with foreign keys on, {off} with foreign keys off")
sys.exit(0 if (on, off) == ((1, 0), (1, 2)) else "this has changed")
END
venv/bin/python finding.py
