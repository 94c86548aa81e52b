"""Environments of projects: what is the same is shared, what differs is each project's own."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from fastforge.answers.project import default_python
from tests.combinations import Row, every_row
from tests.e2e.conftest import Made
from tests.environments import copy_project

pytestmark = pytest.mark.e2e


@pytest.fixture
def row() -> Row:
    return next(row for row in every_row([default_python()]) if row["metrics"])


def package(project: Path, name: str) -> Path:
    (folder,) = project.glob(".venv/lib/*/site-packages")
    return folder / name


def _bytecode(project: Path, source: str) -> str:
    compiled = importlib.util.cache_from_source(str(package(project, source)))
    return str(Path(compiled).relative_to(package(project, "")))


def test_projects_share_files_and_bytecode_and_have_only_what_they_lock(
    made: Made, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = made(row)
    before = made(row | {"metrics": False})  # now its lock is kept
    monkeypatch.setenv("UV_OFFLINE", "1")
    bare = made(row | {"metrics": False})

    source = "fastapi/__init__.py"
    for file in (source, _bytecode(full, source)):
        assert package(full, file).samefile(package(bare, file))
    assert package(full, "prometheus_client").is_dir()
    assert not package(bare, "prometheus_client").exists()
    assert "prometheus-client" not in (bare / "uv.lock").read_text()
    for project in (full, before, bare):
        shutil.rmtree(project.parent)


def test_a_change_of_a_copied_project_does_not_reach_the_original(
    made: Made, row: Row, tmp_path: Path
) -> None:
    project = made(row)
    copy_project(project, tmp_path / "copy")

    (tmp_path / "copy" / "README.md").write_text("")

    assert (project / "README.md").read_text()
    script = (tmp_path / "copy" / ".venv/bin/alembic").read_text()
    assert str(project) not in script
    (path,) = package(tmp_path / "copy", "").glob("shop.pth")
    assert path.read_text().strip() == str(tmp_path / "copy" / "src")
    shutil.rmtree(project.parent)
