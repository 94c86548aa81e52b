"""How a PostgreSQL database is dumped and restored, and what is left when that fails."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text

from shop.background import RunContext
from shop.database import Database
from shop.jobs._dump import DumpError, dump
from shop.jobs.database_backup import JOB, backup
from shop.settings import Settings


def test_the_dump_restores_what_was_committed_while_another_transaction_writes(
    settings: Settings, database: Database, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "copy.dump"
    with database.transaction() as session:
        session.execute(text("INSERT INTO fastforge_paused_jobs VALUES ('committed', now())"))

    with database.transaction() as session:
        session.execute(text("INSERT INTO fastforge_paused_jobs VALUES ('not yet', now())"))
        dump(database, file, settings)

    restored = Database(empty_database_url)
    pg_restore = Path(settings.pg_dump).with_name("pg_restore")
    url = make_url(empty_database_url).render_as_string(hide_password=False)
    subprocess.run([pg_restore, "--exit-on-error", f"--dbname={url}", file], check=True)  # noqa: S603
    with restored.snapshot() as session:
        names = session.scalars(text("SELECT name FROM fastforge_paused_jobs"))
        assert names.all() == ["committed"]
    restored.close()


def test_the_password_is_not_among_the_arguments(
    settings: Settings, database_url: str, tmp_path: Path
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(sys.argv, file=sys.stderr)\n"
        "sys.exit(os.environ['PGPASSWORD'] == 'a secret')\n"
    )
    program.chmod(0o700)
    url = make_url(database_url).set(password="a secret")  # noqa: S106
    database = Database(url.render_as_string(hide_password=False))

    with pytest.raises(DumpError) as raised:
        dump(database, tmp_path / "copy", settings.model_copy(update={"pg_dump": str(program)}))

    assert "--dbname=postgresql://" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert os.environ.get("PGPASSWORD") is None


def test_a_backup_that_fails_leaves_no_file(
    settings: Settings, no_database_url: str, tmp_path: Path
) -> None:
    broken, folder = Database(no_database_url), tmp_path / "backups"
    configured = settings.model_copy(update={"backup_directory": str(folder)})
    due_at = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)

    with pytest.raises(DumpError, match="connection to server") as raised:
        backup(RunContext(uuid4(), JOB.name, 1, due_at, configured, broken))

    assert list(folder.iterdir()) == []
    assert JOB.may_retry(1, raised.value)
