"""A new folder is there as a whole or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fastforge.changes.staging import create_folder, leftovers
from fastforge.errors import SetupError

TREE = {"a.txt": b"a", "deep/er/b.txt": b"b" * 100_000}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_whole_tree_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    create_folder(TREE, tmp_path / "shop")

    assert files(tmp_path / "shop") == TREE
    assert os.listdir(tmp_path) == ["shop"]


def test_missing_parent_folders_are_made(tmp_path: Path) -> None:
    create_folder(TREE, tmp_path / "x" / "y" / "shop")

    assert files(tmp_path / "x" / "y" / "shop") == TREE


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()

    create_folder(TREE, tmp_path / "shop")

    assert files(tmp_path / "shop") == TREE


def test_files_have_the_permissions_that_the_user_wants(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        create_folder(TREE, tmp_path / "shop")
    finally:
        os.umask(before)

    assert (tmp_path / "shop").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "shop" / "a.txt").stat().st_mode & 0o777 == 0o640


def test_a_folder_that_filled_up_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine").write_text("mine")

    with pytest.raises(SetupError, match="cannot be written"):
        create_folder(TREE, tmp_path / "shop")

    assert files(tmp_path) == {"shop/mine": b"mine"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError(28, "No space left")])
@pytest.mark.parametrize("after", [0, 1])
def test_a_failure_at_any_file_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, after: int
) -> None:
    written = 0
    write_bytes = Path.write_bytes

    def fail_later(self: Path, data: bytes) -> int:
        nonlocal written
        if written == after:
            raise error
        written += 1
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", fail_later)

    with pytest.raises((KeyboardInterrupt, MemoryError, SetupError)):
        create_folder(TREE, tmp_path / "shop")

    assert os.listdir(tmp_path) == []


LIMITED = """
import resource, sys
from pathlib import Path
from fastforge.errors import SetupError
from fastforge.changes.staging import create_folder
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    create_folder({"a.txt": b"a", "b.txt": b"b" * 100_000}, Path(sys.argv[1]))
except SetupError as error:
    sys.exit(f"{error.exit_code} {error}")
"""


def test_a_file_that_the_disk_refuses_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path / "shop"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr.startswith(f"5 {tmp_path / 'shop'} cannot be written: File too large.")
    assert os.listdir(tmp_path) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from fastforge.changes.staging import create_folder
write_bytes = Path.write_bytes
def write_or_die(self, data):
    if self.name == "b.txt":
        print("staged", flush=True)
        if sys.argv[2] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        sys.stdin.read()
    return write_bytes(self, data)
Path.write_bytes = write_or_die
create_folder({"a.txt": b"a", "b.txt": b"b"}, Path(sys.argv[1]))
"""


def test_what_a_killed_run_staged_is_removed_by_the_next_run(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "shop", "kill"], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "shop").exists()
    assert len(os.listdir(tmp_path)) == 1

    create_folder(TREE, tmp_path / "shop")

    assert os.listdir(tmp_path) == ["shop"]


def test_what_another_run_stages_right_now_is_left_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, tmp_path / "shop", "wait"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"staged\n"

        create_folder(TREE, tmp_path / "store")
        assert list(leftovers(tmp_path, ".shop.fastforge-")) == []
        other.communicate()

    assert other.returncode == 0
    assert files(tmp_path / "shop") == {"a.txt": b"a", "b.txt": b"b"}
