"""Which files of a project are read, and that none is left out because it cannot be."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fastforge.project.sources import discovered, files_of, python_files


def write(root: Path, *places: str) -> None:
    for place in places:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_files_below_a_folder_are_found_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/d/e.py", "a/c.py", "a/c.txt")

    found = [path.relative_to(tmp_path).as_posix() for path in python_files(tmp_path)]

    assert found == ["a/c.py", "a/d/e.py", "b.py"]
    assert [path.name for path in files_of(tmp_path / "a", ".py")] == ["c.py"]


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert python_files(tmp_path / "gone") == files_of(tmp_path / "gone", ".py") == []


@pytest.mark.parametrize("find", [python_files, lambda folder: files_of(folder / "a", ".py")])
def test_a_folder_that_cannot_be_read_is_not_left_out(
    find: Callable[[Path], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/c.py")
    scan, names = os.scandir, os.listdir

    def refuse(folder: str | Path = ".") -> None:
        if Path(folder).name == "a":
            raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", lambda folder=".": refuse(folder) or scan(folder))
    monkeypatch.setattr(os, "listdir", lambda folder=".": refuse(folder) or names(folder))

    with pytest.raises(PermissionError, match="a'"):
        find(tmp_path)


def test_what_discovery_leaves_out_is_left_out() -> None:
    paths = [Path("tasks/send.py"), Path("tasks/_old.py"), Path("tasks/.draft.py")]

    assert discovered(paths) == paths[:1]
