"""How the project's environment is made, and what is said when it cannot be."""

import sys
import tempfile
from pathlib import Path

import pytest

from fastforge.environment import uv as environment
from fastforge.environment.uv import child_environment, interpreter, set_up, uv_binary
from fastforge.errors import SetupError


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of uv; it notes its arguments in `arguments` and says `said`."""
    program = tmp_path / "uv"
    program.write_text(
        f'#!/bin/sh\ncd {tmp_path}\necho "$@" > arguments\ncat said >&2\ntest ! -s said\n'
    )
    program.chmod(0o755)
    (tmp_path / "said").write_text("")
    monkeypatch.setattr(environment, "uv_binary", lambda: str(program))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_uv_comes_with_fastforge() -> None:
    assert Path(uv_binary()).is_file()


def test_a_missing_uv_is_an_environment_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)

    with pytest.raises(SetupError, match="uv, which sets projects up, was not found") as caught:
        uv_binary()

    assert caught.value.exit_code == 5


def test_the_packages_are_counted(uv: Path) -> None:
    for name in ("a", "b"):
        (uv / f".venv/lib/python3.11/site-packages/{name}-1.dist-info").mkdir(parents=True)

    assert set_up(uv, "3.12") == "2 packages"
    assert (uv / "arguments").read_text() == (f"sync --project {uv} --no-progress --python 3.12\n")


def test_without_a_version_the_project_decides(uv: Path) -> None:
    set_up(uv)

    assert "--python" not in (uv / "arguments").read_text()


def test_a_member_of_a_workspace_gets_an_environment_of_its_own(uv: Path) -> None:
    member = uv / "services" / "shop"
    member.mkdir(parents=True)
    (uv / "pyproject.toml").touch()
    (uv / "uv").write_text(
        f'#!/bin/sh\necho "$@" >> {uv}/all\ntest "$1" != workspace || echo {uv}\n'
    )

    said = set_up(member, "3.12")

    _, venv, install = (uv / "all").read_text().splitlines()
    assert venv == f"venv --quiet --allow-existing --python 3.12 {member}/.venv"
    assert install.startswith("pip install --python .venv --exact")
    assert install.endswith(f"--editable {member} --group dev")
    assert said.startswith(f"0 packages; the lock of the workspace {uv} is left as it is")


@pytest.mark.parametrize("answer", ["echo {shop}", "exit 2"])
def test_a_folder_above_that_is_no_workspace_changes_nothing(uv: Path, answer: str) -> None:
    shop = uv / "shop"
    shop.mkdir()
    (uv / "pyproject.toml").touch()
    (uv / "uv").write_text(
        f'#!/bin/sh\necho "$@" >> {uv}/all\ntest "$1" != workspace || {answer.format(shop=shop)}\n'
    )

    assert set_up(shop) == "0 packages"
    assert (uv / "all").read_text().splitlines()[1:] == [f"sync --project {shop} --no-progress"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("error: No interpreter found for Python 3.99 in search path", "no Python 3.99 on this"),
        ("error: Failed to fetch: `x`\n  caused by: dns error", "package index cannot be reached"),
        ("error: write failed: No space left on device (os error 28)", "the disk is full"),
        ("error: failed to create: Permission denied (os error 13)", "folder cannot be written"),
    ],
)
def test_a_known_cause_is_named(uv: Path, said: str, reason: str) -> None:
    (uv / "said").write_text(said)

    with pytest.raises(SetupError, match=reason) as caught:
        set_up(uv, "3.99")

    assert f"fastforge verify -C {uv}" in caught.value.hint


def test_an_unknown_cause_is_quoted_and_all_of_it_kept(uv: Path) -> None:
    (uv / "said").write_text("first\nerror: a new kind of failure\n\n")

    with pytest.raises(SetupError, match="uv said: error: a new kind of failure"):
        set_up(uv)

    (log,) = uv.glob("fastforge-uv-*.log")
    assert log.read_text() == "first\nerror: a new kind of failure\n\n"


def test_children_may_write_bytecode_and_know_no_other_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH"):
        monkeypatch.setenv(name, "1")

    assert child_environment({"X": "y"}).items() >= {("X", "y")}
    assert not child_environment().keys() & {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH"}


def test_the_running_python_is_taken_without_a_search_if_it_fits() -> None:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"

    assert interpreter(running) == sys.executable
    assert interpreter("3.99") == "3.99"
