"""Alembic revisions, read without running them, and the check that they end in one."""

import asyncio
import os
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.errors import FastforgeError, UsageError
from fastforge.project.project import Project
from fastforge.project.record import Record
from fastforge.project.revisions import heads, read_revisions
from fastforge.verify.checks.migrations import JOIN, check_migrations

FOLDER = "src/shop/migrations/versions"
OLD = "migrations/versions"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    return Project(tmp_path, Record("project", "shop", {}, {}), answers)


@pytest.fixture(params=[FOLDER, OLD])
def versions(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """In the package, or where the version before put them."""
    folder: Path = tmp_path / request.param
    folder.mkdir(parents=True)
    return folder


def write(folder: Path, name: str, parents: str) -> None:
    text = f'revision: str = "{name}"\ndown_revision: str | None = {parents}\n'
    (folder / f"{name}.py").write_text(text)


def check(project: Project) -> tuple[bool, str, tuple[str, ...]]:
    found = asyncio.run(check_migrations(project, project.root))
    return found.passed, found.summary, found.problems


@pytest.mark.parametrize("written", ['("b", "c")', '["b", "c"]'])
def test_heads_are_what_nothing_follows(versions: Path, project: Project, written: str) -> None:
    for name, parents in (("a", "None"), ("b", '"a"'), ("c", '"a"'), ("e", '"c"')):
        write(versions, name, parents)
    assert [head.id for head in heads(read_revisions(project))] == ["b", "e"]

    write(versions, "d", written)

    assert [head.id for head in heads(read_revisions(project))] == ["d", "e"]


def test_a_revision_may_be_written_without_annotations(versions: Path, project: Project) -> None:
    (versions / "a.py").write_text("revision = 'a'\ndown_revision = None\n")
    (versions / "notes.py").write_text("x = 1\n")

    [found] = read_revisions(project)

    assert (found.id, found.parents, found.path) == ("a", (), versions / "a.py")


def test_a_project_without_revisions_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="src/shop/migrations/versions is not there"):
        read_revisions(project)


def test_a_file_that_is_not_python_is_named(versions: Path, project: Project) -> None:
    (versions / "bad.py").write_text("def\n")

    with pytest.raises(FastforgeError, match=r"bad\.py:1 is not Python"):
        read_revisions(project)
    passed, summary, [problem] = check(project)
    assert (passed, summary) == (False, "cannot be read")
    assert "bad.py:1" in problem


def test_two_heads_are_named_with_the_command_that_joins_them(
    versions: Path, project: Project
) -> None:
    write(versions, "a", "None")
    assert check(project) == (True, "one head", ())

    write(versions, "b", "None")

    passed, summary, problems = check(project)
    folder = versions.relative_to(project.root)
    assert (passed, summary) == (False, "2 heads")
    assert problems == (
        f"{folder}/a.py: a is a head",
        f"{folder}/b.py: b is a head",
        f"join them: {JOIN}",
    )


def test_a_project_without_migrations_passes(project: Project) -> None:
    assert check(project) == (True, "none", ())


@pytest.mark.usefixtures("versions")
def test_a_folder_that_cannot_be_read_is_not_taken_to_be_empty(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: object) -> None:
        raise PermissionError

    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, refuse)

    with pytest.raises(PermissionError):
        read_revisions(project)


def test_revisions_in_the_package_go_before_those_beside_it(
    project: Project, tmp_path: Path
) -> None:
    for folder, name in ((OLD, "old"), (FOLDER, "new")):
        (tmp_path / folder).mkdir(parents=True)
        write(tmp_path / folder, name, "None")

    assert [revision.id for revision in read_revisions(project)] == ["new"]
