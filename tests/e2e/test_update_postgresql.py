"""Rows of every state in a PostgreSQL of 0.1.0, in a project with a revision of its own."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fastforge.answers.project import default_python
from fastforge.environment.uv import child_environment, program
from tests.conftest import Fastforge
from tests.e2e import old_rows, owner
from tests.e2e.old_service import KEY, Caller
from tests.e2e.service import beside, serve
from tests.environments import Environments

pytestmark = pytest.mark.e2e


@pytest.mark.exhaustive("updates a project, with PostgreSQL")
def test_they_are_kept_on_the_way_there_and_back(
    tmp_path: Path, environments: Environments, fastforge: Fastforge
) -> None:
    project = owner.made_by_the_first_release(tmp_path, "--database", "postgresql")
    owner.add_a_revision(project)
    environments.provide(project, default_python())
    with beside(project) as settings:
        _alembic(project, settings, "upgrade", "heads")
        before = _rows(project, settings, list(old_rows.new_rows(datetime.now(UTC).isoformat())))
        assert len(before["runs"]) == len(old_rows.STATES)

        updated = fastforge("update", "--no-verify", cwd=project)
        assert updated.code == 0, updated.err
        shutil.rmtree(project / ".venv")
        environments.provide(project, default_python())

        for _ in range(2):
            _alembic(project, settings, "upgrade", "heads")
            assert list(old_rows.differences(before, _rows(project, settings))) == []
            _alembic(project, settings, "downgrade", "0008@0002")
            again = old_rows.without_leases(_rows(project, settings))
            assert again == old_rows.without_leases(before)
        folder = tmp_path / "data"
        folder.mkdir()
        with serve(project, "shop", folder, OPS_API_KEY=KEY, **settings) as url:
            dead = {run["name"] for run in Caller(url)("GET", "/tasks/failed")}
        assert dead == {"old_failed", "old_timed_out", "old_interrupted"}


def _rows(
    project: Path, settings: dict[str, str], new: list[tuple[str, old_rows.Row]] | None = None
) -> old_rows.Tables:
    script = Path(__file__).with_name("rows_of_postgresql.py")
    tables: old_rows.Tables = json.loads(
        _python(project, settings, str(script), given=json.dumps(new or []))
    )
    return tables


def _alembic(project: Path, settings: dict[str, str], *words: str) -> None:
    _python(project, settings, "-m", "alembic", *words)


def _python(project: Path, settings: dict[str, str], *words: str, given: str = "") -> str:
    done = subprocess.run(
        [program(project, "python"), *words],
        cwd=project,
        env={**child_environment(), **settings},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
