"""Changes to an existing project are made wholly or not at all, whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fastforge.changes.plan import Action, Change, Plan, plan_files
from fastforge.changes.transaction import apply, recover
from fastforge.errors import ConflictError, SetupError

BEFORE = {
    ".fastforge/project.yml": b"record",
    "src/keep.py": b"keep",
    "src/old.py": b"old",
    "src/gone/only.py": b"gone",
}
AFTER = {
    ".fastforge/project.yml": b"record",
    "src/keep.py": b"keep",
    "src/old.py": b"new",
    "src/jobs/a.py": b"a",
    "tests/deep/test_a.py": b"test",
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def folders(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, content in BEFORE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def changes(root: Path) -> Plan:
    """A plan with all that can happen to a file."""
    return Plan(
        root,
        (
            Change("src/jobs/a.py", Action.CREATE, None, b"a"),
            Change("src/keep.py", Action.UNCHANGED, b"keep", b"keep"),
            Change("src/old.py", Action.REPLACE, b"old", b"new"),
            Change("src/gone/only.py", Action.REMOVE, b"gone", None),
            Change("tests/deep/test_a.py", Action.CREATE, None, b"test"),
        ),
    )


def test_a_plan_is_carried_out_and_leaves_nothing_else(project: Path) -> None:
    apply(changes(project))

    assert files(project) == AFTER
    assert folders(project) == {".fastforge", "src", "src/jobs", "tests", "tests/deep"}


def test_a_replaced_file_keeps_its_permissions(project: Path) -> None:
    (project / "src/old.py").chmod(0o755)

    apply(changes(project))

    assert (project / "src/old.py").stat().st_mode & 0o777 == 0o755


def test_a_removed_folder_goes_with_its_bytecode(project: Path) -> None:
    (project / "src/gone/__pycache__").mkdir()
    (project / "src/gone/__pycache__/only.pyc").write_bytes(b"")

    apply(changes(project))

    assert not (project / "src/gone").exists()


def test_a_plan_with_a_conflict_is_not_begun(project: Path) -> None:
    with pytest.raises(ConflictError):
        apply(plan_files({"a.py": b"", "src/old.py": b"other"}, project))

    assert files(project) == BEFORE


def test_a_plan_without_changes_writes_nothing(project: Path) -> None:
    apply(plan_files({"src/old.py": b"old"}, project))

    assert files(project) == BEFORE


def test_a_folder_that_is_absent_is_made_whole(tmp_path: Path) -> None:
    apply(plan_files({"a/b.py": b"b"}, tmp_path / "new"))

    assert files(tmp_path) == {"new/a/b.py": b"b"}


@pytest.mark.parametrize(
    ("path", "reason"), [("src/old.py", "changed"), ("tests/deep/test_a.py", "appeared")]
)
def test_a_file_that_changed_since_the_plan_is_kept(project: Path, path: str, reason: str) -> None:
    plan = changes(project)
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_bytes(b"mine")

    with pytest.raises(ConflictError, match=f"has just {reason}"):
        apply(plan)

    assert files(project) == BEFORE | {path: b"mine"}


RENAMES = 7
"""The journal, then: create, take away, replace, take away, create; the sixth is never reached."""


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(5, "Input/output error")])
@pytest.mark.parametrize("nth", range(RENAMES - 1))
def test_a_failure_at_any_move_leaves_the_project_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, nth: int
) -> None:
    before = folders(project)
    count = 0
    rename = Path.rename

    def fail_once(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == nth + 1:
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_once)

    with pytest.raises((KeyboardInterrupt, SetupError)):
        apply(changes(project))

    assert files(project) == BEFORE
    assert folders(project) == before


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_transaction import changes
from fastforge.changes.transaction import apply
count, rename, touch = 0, Path.rename, Path.touch
def step(action):
    def act(self, *args):
        global count
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        return action(self, *args)
    return act
Path.rename, Path.touch = step(rename), step(touch)
apply(changes(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("nth", range(RENAMES))
def test_a_killed_run_is_undone_by_the_next_one(project: Path, nth: int) -> None:
    before = folders(project)
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", KILLED, project, str(nth), here], check=False)
    assert done.returncode == -signal.SIGKILL

    recover(project)

    assert files(project) == BEFORE
    assert folders(project) == before


def test_a_run_that_is_killed_after_its_last_move_is_finished_by_the_next_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastforge.changes.transaction.settle", lambda *_: None)
    monkeypatch.setattr("fastforge.changes.staging.shutil.rmtree", lambda *_, **__: None)
    apply(changes(project))
    monkeypatch.undo()
    assert len(os.listdir(project / ".fastforge")) == 2

    recover(project)

    assert files(project) == AFTER
    assert not (project / "src/gone").exists()


def test_a_new_file_that_the_user_has_edited_meanwhile_is_not_undone(project: Path) -> None:
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", KILLED, project, "6", here], check=False)
    (project / "src/jobs/a.py").write_bytes(b"mine")

    recover(project)

    assert files(project) == BEFORE | {"src/jobs/a.py": b"mine"}


def test_nothing_to_recover_is_no_error(tmp_path: Path) -> None:
    recover(tmp_path)

    assert os.listdir(tmp_path) == []
