"""The questions of `fastforge new`, asked at a pseudo-terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

DEADLINE = 60.0
"""Seconds until something that is waited for must be there; a busy machine needs some."""
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """The person's side of a pseudo-terminal."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor = descriptor
        self.process = process
        self.shown = ""
        self._read_until = 0

    def expect(self, text: str) -> None:
        """Wait until `text` is shown, after what was waited for before."""
        deadline = time.monotonic() + DEADLINE
        while (found := self.shown.find(text, self._read_until)) < 0:
            assert time.monotonic() < deadline, f"{text!r} was not shown in {self.shown!r}"
            self._read()
        self._read_until = found + len(text)

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def end(self) -> int:
        """Read until the program has ended; give its exit code."""
        while self._read():
            pass
        return self.process.wait(DEADLINE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], DEADLINE)
        try:
            data = os.read(self._descriptor, 65536) if ready else b""
        except OSError:  # the other side is closed
            data = b""
        self.shown += data.decode(errors="replace")
        return bool(data)


@contextmanager
def terminal(folder: Path, *arguments: str, **variables: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "GIT_CONFIG_GLOBAL": os.devnull, **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "fastforge", *arguments],
        cwd=folder,
        env=environment,
        pass_fds=[slave],
        preexec_fn=lambda: os.login_tty(slave),  # noqa: PLW1509 (Ctrl-C needs a controlling terminal)
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def answers_in(folder: Path) -> dict[str, object]:
    record = yaml.safe_load((folder / ".fastforge/project.yml").read_text())
    answers: dict[str, object] = record["answers"]
    return answers


def test_every_question_is_asked_and_can_be_gone_back_to(tmp_path: Path) -> None:
    with terminal(tmp_path, "new", "--no-verify", "--no-git") as person:
        person.expect("< goes back")
        person.expect("name: ")
        person.type("class\n")
        person.expect("is a word of the Python language")
        person.expect("name: ")
        person.type("shop\n")
        person.expect("description [A FastAPI service")
        person.type("Sells things 🛒\n")
        person.expect("database (sqlite, postgresql) [sqlite]: ")
        person.type("\n")
        person.expect("jobstore (database, redis, memory) [database]: ")
        person.type("memory\n")
        person.expect("metrics (yes, no) [yes]: ")
        person.type("<\n")
        person.expect("jobstore (database, redis, memory) [memory]: ")
        person.type("database\n")
        person.expect("metrics (yes, no) [yes]: ")
        person.type("no\n")
        person.expect("docker (yes, no) [yes]: ")
        person.type("\n")
        person.expect("ci (github, none) [github]: ")
        person.type("none\n")
        person.expect("examples (yes, no) [yes]: ")
        person.type("no\n")

        assert person.end() == 0

    assert (
        "Again without questions: fastforge new shop --description 'Sells things 🛒' "
        "--no-metrics --ci none --bare --yes" in person.shown
    )
    chosen = answers_in(tmp_path / "shop")
    assert chosen["description"] == "Sells things 🛒"
    assert (chosen["jobstore"], chosen["metrics"], chosen["docker"]) == ("database", False, True)


def test_only_what_is_missing_is_asked(tmp_path: Path) -> None:
    flags = ["--bare", "--no-metrics", "--no-docker", "--ci=none", "--jobstore=memory"]
    flags += ["--database=sqlite", "--no-verify", "--no-git"]

    with terminal(tmp_path, "new", "shop", *flags) as person:
        person.expect("description [")
        person.type("\n")
        assert person.end() == 0

    assert "docker (yes, no)" not in person.shown


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_an_interruption_writes_nothing(tmp_path: Path, key: str) -> None:
    with terminal(tmp_path, "new", "--no-git") as person:
        person.expect("name: ")
        person.type(key)

        assert person.end() == 130

    assert "interrupted" in person.shown
    assert "Traceback" not in person.shown
    assert list(tmp_path.iterdir()) == []


def test_colours_are_left_out_where_the_user_wants_none(tmp_path: Path) -> None:
    with terminal(tmp_path, "new", "class", "--yes", NO_COLOR="1") as person:
        assert person.end() == 2

    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", person.shown)
