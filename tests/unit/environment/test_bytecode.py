"""What Python compiled for one new project serves the next, where it fits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastforge.environment import bytecode

SITE = ".venv/lib/python3.12/site-packages"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def project(root: Path, **packages: str) -> Path:
    """A project with such packages installed: their source, all of one day."""
    for name, source in packages.items():
        folder = root / SITE / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(source)
        os.utime(folder / "__init__.py", (10**9, 10**9))
    return root


def compiled(root: Path, package: str) -> Path:
    """Import a package in a process of its own; give the file with its bytecode."""
    command = [sys.executable, "-c", f"import {package}"]
    variables = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(command, cwd=root / SITE, env=variables, check=True)
    (file,) = (root / SITE / package / "__pycache__").glob("*.pyc")
    return file


def test_what_was_compiled_for_one_project_is_there_in_the_next(tmp_path: Path) -> None:
    first = project(tmp_path / "first", kept="x = 1")
    file = compiled(first, "kept")

    bytecode.keep(first)
    second = project(tmp_path / "second", kept="x = 1")
    bytecode.lend(second)

    lent = second / file.relative_to(first)
    assert lent.samefile(file)
    assert compiled(second, "kept").samefile(file)


def test_another_version_is_compiled_and_kept_instead(tmp_path: Path) -> None:
    first = project(tmp_path / "first", kept="x = 1")
    old = compiled(first, "kept")
    bytecode.keep(first)

    second = project(tmp_path / "second", kept="x = 10")
    bytecode.lend(second)
    new = compiled(second, "kept")
    assert not new.samefile(old)

    bytecode.keep(second)
    third = project(tmp_path / "third", kept="x = 10")
    bytecode.lend(third)
    assert (third / new.relative_to(second)).samefile(new)


def test_nothing_is_lent_to_a_project_that_has_not_installed_the_package(tmp_path: Path) -> None:
    first = project(tmp_path / "first", kept="", other="")
    compiled(first, "kept")
    bytecode.keep(first)

    second = project(tmp_path / "second", other="")
    bytecode.lend(second)

    assert [path.name for path in (second / SITE).iterdir()] == ["other"]


def test_keeping_twice_leaves_nothing_half_done(tmp_path: Path, cache: Path) -> None:
    first = project(tmp_path / "first", kept="")
    file = compiled(first, "kept")

    for _ in range(2):
        bytecode.keep(first)

    folder = cache / "fastforge/bytecode/python3.12"
    assert [path for path in folder.rglob("*") if path.is_file()] == [
        folder / "kept/__pycache__" / file.name
    ]
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file")
    first = project(tmp_path / "first", kept="")
    compiled(first, "kept")

    bytecode.keep(first)
    bytecode.lend(first)


def test_nothing_is_taken_from_a_folder_that_could_have_come_with_a_project(
    tmp_path: Path, cache: Path
) -> None:
    (tmp_path / ".fastforge").mkdir()
    (tmp_path / ".fastforge" / "project.yml").touch()
    first = project(tmp_path / "first", kept="")
    compiled(first, "kept")

    bytecode.keep(first)

    assert not cache.exists()


def test_without_a_home_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "relative")
    monkeypatch.chdir(tmp_path)
    first = project(tmp_path / "first", kept="")
    compiled(first, "kept")

    bytecode.keep(first)

    assert [path.name for path in tmp_path.iterdir()] == ["first"]
