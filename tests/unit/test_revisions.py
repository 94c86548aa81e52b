"""Alembic revisions, read without running them, and the check that they end in one."""

import asyncio
import os
from pathlib import Path

import pytest

from fastforge.answers import ProjectAnswers
from fastforge.checks.migrations import JOIN, check_migrations
from fastforge.errors import FastforgeError, UsageError
from fastforge.project import Project
from fastforge.record import Record
from fastforge.revisions import FOLDER, heads, read_revisions


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    return folder


def write(folder: Path, name: str, parents: str) -> None:
    text = f'revision: str = "{name}"\ndown_revision: str | None = {parents}\n'
    (folder / f"{name}.py").write_text(text)


def check(root: Path) -> tuple[bool, str, tuple[str, ...]]:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    project = Project(root, Record("project", "shop", {}, {}), answers)
    found = asyncio.run(check_migrations(project, root))
    return found.passed, found.summary, found.problems


@pytest.mark.parametrize("written", ['("b", "c")', '["b", "c"]'])
def test_heads_are_what_nothing_follows(versions: Path, tmp_path: Path, written: str) -> None:
    for name, parents in (("a", "None"), ("b", '"a"'), ("c", '"a"'), ("e", '"c"')):
        write(versions, name, parents)
    assert [head.id for head in heads(read_revisions(tmp_path))] == ["b", "e"]

    write(versions, "d", written)

    assert [head.id for head in heads(read_revisions(tmp_path))] == ["d", "e"]


def test_a_revision_may_be_written_without_annotations(versions: Path, tmp_path: Path) -> None:
    (versions / "a.py").write_text("revision = 'a'\ndown_revision = None\n")
    (versions / "notes.py").write_text("x = 1\n")

    [found] = read_revisions(tmp_path)

    assert (found.id, found.parents, found.path) == ("a", (), versions / "a.py")


def test_a_project_without_revisions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="migrations/versions is not there"):
        read_revisions(tmp_path)


def test_a_file_that_is_not_python_is_named(versions: Path, tmp_path: Path) -> None:
    (versions / "bad.py").write_text("def\n")

    with pytest.raises(FastforgeError, match=r"bad\.py:1 is not Python"):
        read_revisions(tmp_path)
    passed, summary, [problem] = check(tmp_path)
    assert (passed, summary) == (False, "cannot be read")
    assert "bad.py:1" in problem


def test_two_heads_are_named_with_the_command_that_joins_them(
    versions: Path, tmp_path: Path
) -> None:
    write(versions, "a", "None")
    assert check(tmp_path) == (True, "one head", ())

    write(versions, "b", "None")

    passed, summary, problems = check(tmp_path)
    assert (passed, summary) == (False, "2 heads")
    assert problems == (
        f"{FOLDER}/a.py: a is a head",
        f"{FOLDER}/b.py: b is a head",
        f"join them: {JOIN}",
    )


def test_a_project_without_migrations_passes(tmp_path: Path) -> None:
    assert check(tmp_path) == (True, "none", ())


def test_a_folder_that_cannot_be_read_is_not_taken_to_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: object) -> None:
        raise PermissionError

    (tmp_path / FOLDER).mkdir(parents=True)
    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, refuse)

    with pytest.raises(PermissionError):
        read_revisions(tmp_path)
