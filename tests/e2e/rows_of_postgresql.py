"""Run by the Python of a project with DATABASE_URL: inserts the rows of its input, prints all."""

import json
import os
import sys

import psycopg
from psycopg import sql


def main() -> None:
    """Read `[[table, row], ...]` and insert it; print `{table: {key: row}}` of all tables."""
    url = os.environ["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        for table, row in json.load(sys.stdin):
            names = sql.SQL(", ").join(map(sql.Identifier, row))
            places = sql.SQL(", ").join(map(sql.Placeholder, row))
            insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
            connection.execute(insert.format(sql.Identifier(table), names, places), row)
        kinds = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = [name for (name,) in connection.execute(kinds)]
        found = {}
        for table in tables:
            every = sql.SQL("SELECT row_to_json(t) FROM {} t").format(sql.Identifier(table))
            rows = [row for (row,) in connection.execute(every)]
            found[table] = {str(next(iter(row.values()))): row for row in rows}
        print(json.dumps(found))


main()
