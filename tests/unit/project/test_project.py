"""Reading what is recorded about a project."""

from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.staging import write_files
from fastforge.errors import FastforgeError
from fastforge.project.project import read_project
from fastforge.project.record import Record, record_of

ANSWERS = ProjectAnswers(name="my-shop", description="Sells.", author="Ada")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    records = [
        record_of("project", "my-shop", ANSWERS.as_dict(), {}),
        record_of("job", "report", {"name": "report"}, {}),
        record_of("job", "audit", {"name": "audit"}, {}),
    ]
    write_files({record.path: record.content() for record in records}, tmp_path / "my-shop")
    return tmp_path / "my-shop"


def test_its_parts_are_read_in_order(root: Path) -> None:
    project = read_project(root)

    assert [record.name for record in project.parts("job")] == ["audit", "report"]
    assert list(project.parts("task")) == []


@pytest.mark.parametrize(
    "answers", [{"name": "x"}, {**ANSWERS.as_dict(), "database": "oracle"}, {}]
)
def test_a_record_with_other_answers_is_refused(root: Path, answers: dict[str, object]) -> None:
    record = Record("project", "my-shop", answers, {})
    (root / ".fastforge/project.yml").write_bytes(record.content())

    with pytest.raises(FastforgeError):
        read_project(root)
