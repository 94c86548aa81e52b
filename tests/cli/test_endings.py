"""How the program ends: by a signal, or because what it says cannot be written."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.parts.small_shop import make_small_shop
from tests.terminal import DEADLINE, terminal

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
ENDINGS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.fixture
def slow_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program that never ends in the place of uv; the file has its process id."""
    noted = tmp_path / "pid"
    program = tmp_path / "fake" / "uv"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\necho $$ > {noted}.draft\nmv {noted}.draft {noted}\nexec sleep 600\n"
    )
    program.chmod(0o755)
    (program.parent / "uv.py").write_text(f"def find_uv_bin(): return {str(program)!r}\n")
    monkeypatch.setenv("PYTHONPATH", str(program.parent))
    return noted


def is_gone(pid: int) -> bool:
    """Wait until a process has ended."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_signal_while_progress_is_shown_leaves_the_terminal_as_it_was(
    tmp_path: Path, slow_uv: Path, ending: signal.Signals
) -> None:
    shop = make_small_shop(tmp_path / "shop")

    with terminal(shop, "verify") as person:
        person.expect("environment")
        while not slow_uv.exists():
            assert person.process.poll() is None
        person.process.send_signal(ending)

        assert person.end() == 128 + ending

    assert person.shown.rfind(SHOWN) > person.shown.rfind(HIDDEN) >= 0
    assert "interrupted" in person.shown
    assert "Traceback" not in person.shown
    assert is_gone(int(slow_uv.read_text()))


def test_a_signal_is_obeyed_where_ctrl_c_is_ignored(tmp_path: Path, slow_uv: Path) -> None:
    shop = make_small_shop(tmp_path / "shop")
    command = [sys.executable, "-m", "fastforge", "verify"]
    with subprocess.Popen(
        command,
        cwd=shop,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509
    ) as process:
        while not slow_uv.exists():
            assert process.poll() is None
        process.terminate()
        _, said = process.communicate()

    assert (process.returncode, b"Traceback" in said) == (128 + signal.SIGTERM, False)


def test_a_question_is_left_by_a_signal_too(tmp_path: Path) -> None:
    with terminal(tmp_path, "new", "--no-git") as person:
        person.expect("name")
        person.process.terminate()

        assert person.end() == 128 + signal.SIGTERM

    assert list(tmp_path.iterdir()) == []


@contextmanager
def _nowhere(*, full: bool) -> Iterator[int]:
    """Give what is full, or a pipe that nobody reads."""
    if full:
        output = os.open("/dev/full", os.O_WRONLY)
    else:
        read, output = os.pipe()
        os.close(read)
    yield output
    os.close(output)


COMMANDS = [["list"], ["list", "--json"], ["--version"], ["--help"], ["when", "@daily"]]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("full", [True, False], ids=["full", "closed"])
def test_output_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, words: list[str], *, full: bool
) -> None:
    shop = make_small_shop(tmp_path / "shop")
    command = [sys.executable, "-m", "fastforge", *words]
    with _nowhere(full=full) as output:
        ran = subprocess.run(
            command, cwd=shop, stdout=output, stderr=subprocess.PIPE, text=True, check=False
        )

    if full:
        sentence = "error: What is said cannot be written: No space left on device."
        assert (ran.returncode, ran.stderr.splitlines()[0]) == (5, sentence)
        assert len(ran.stderr.splitlines()) == 2
    else:
        assert (ran.returncode, ran.stderr) == (1, "")
