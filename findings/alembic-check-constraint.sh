#!/bin/sh
# Alembic does not see a named CHECK constraint that only the model has.
#
# Versions: Alembic 1.20.1, SQLAlchemy 2.1.9.
# Expected: `alembic check` and `--autogenerate` find what the model has and the database lacks, a
#   CHECK with a name as well as a UNIQUE with a name; 1.19.0 and 1.19.1 did.
# Seen: without the plugin alembic.ext.checkconstraint_byname no difference is found, so the
#   database takes what the model forbids.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check alembic==1.20.1 sqlalchemy==2.1.9

cat > finding.py <<'END'
import sys
from importlib.metadata import version

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, create_engine

model = MetaData()
positive = CheckConstraint("amount > 0", name="ck_orders_amount_positive")
Table("orders", model, Column("amount", Integer), positive)


def differences(*plugins):
    """Name what the model has and the database lacks."""
    with create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (amount INTEGER)")
        options = {"autogenerate_plugins": ["alembic.autogenerate.*", *plugins]}
        context = MigrationContext.configure(connection, opts=options)
        return [f"{change} {what.name}" for change, what in compare_metadata(context, model)]


default, with_plugin = differences(), differences("alembic.ext.checkconstraint_byname")
found = ["add_constraint ck_orders_amount_positive"]
print("versions:", *(f"{name} {version(name)}" for name in ("alembic", "sqlalchemy")))
print(f"expected: {found}")
print(f"seen: {default}; with the plugin {with_plugin}")
sys.exit(0 if (default, with_plugin) == ([], found) else "this has changed")
END
venv/bin/python finding.py
