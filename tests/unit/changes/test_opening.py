"""Opening a project from a folder in it, and what is undone first."""

from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.opening import open_project
from fastforge.changes.staging import write_files
from fastforge.errors import UsageError
from fastforge.project.project import enclosing_project
from fastforge.project.record import record_of

ANSWERS = ProjectAnswers(name="my-shop", description="Sells.", author="Ada")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    record = record_of("project", "my-shop", ANSWERS.as_dict(), {})
    write_files({record.path: record.content()}, tmp_path / "my-shop")
    return tmp_path / "my-shop"


def test_a_project_is_found_from_any_folder_in_it(root: Path) -> None:
    (root / "src" / "deep").mkdir(parents=True)

    project = open_project(root / "src" / "deep")

    assert (project.root, project.answers) == (root, ANSWERS)
    assert project.package == root / "src" / "my_shop"


def test_a_folder_outside_of_projects_is_refused(tmp_path: Path) -> None:
    assert enclosing_project(tmp_path) is None
    with pytest.raises(UsageError, match="is not in a project that fastforge made") as caught:
        open_project(tmp_path)

    assert "fastforge new NAME" in caught.value.hint


def test_what_a_killed_run_had_begun_is_undone_first(root: Path) -> None:
    (root / ".fastforge" / ".apply-1234").mkdir()

    open_project(root)

    assert not (root / ".fastforge" / ".apply-1234").exists()
