"""A pseudo-terminal, with the program on one side and a person on the other."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

DEADLINE = 60.0
"""Seconds until something that is waited for must be there; a busy machine needs some."""
COLUMNS, LINES = 100, 40
CTRL_C, CTRL_D, TAB, DELETE = "\x03", "\x04", "\t", "\x1b[3~"
UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"


class Terminal:
    """The person's side of a pseudo-terminal; it answers what programs ask a terminal."""

    def __init__(
        self, descriptor: int, process: subprocess.Popen[bytes], columns: int = COLUMNS
    ) -> None:
        self._descriptor = descriptor
        self.process = process
        self.shown = ""
        self._read_until = 0
        self._screen = pyte.Screen(columns, LINES)
        self._screen.write_process_input = self.type  # where the cursor is, for instance
        self._stream = pyte.ByteStream(self._screen)

    def expect(self, text: str) -> None:
        """Wait until `text` is shown, after what was waited for before."""
        deadline = time.monotonic() + DEADLINE
        while (found := self.shown.find(text, self._read_until)) < 0:
            assert time.monotonic() < deadline, f"{text!r} was not shown in {self.shown!r}"
            self._read()
        self._read_until = found + len(text)

    def expect_on_screen(self, *lines: str) -> None:
        """Wait until these lines stand on the screen, one below the other."""
        deadline = time.monotonic() + DEADLINE
        while "\n".join(lines) not in "\n".join(line.rstrip() for line in self._screen.display):
            assert time.monotonic() < deadline, (lines, self._screen.display)
            self._read()

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def interrupt(self) -> int:
        """Press Ctrl-C until the program has ended; give its exit code.

        Once is not always enough: a signal that comes just before Python reads a line is seen only
        after that line.
        """
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            self.type(CTRL_C)
            while self._read(patience=3):
                pass
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(5)
        raise AssertionError(self.shown)

    def end_input(self) -> int:
        """Press Ctrl-D; give the exit code."""
        self.type(CTRL_D)
        return self.end()

    def end(self) -> int:
        """Read until the program has ended; give its exit code."""
        while self._read():
            pass
        return self.process.wait(DEADLINE)

    def _read(self, patience: float = DEADLINE) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], patience)
        try:
            data = os.read(self._descriptor, 65536) if ready else b""
        except OSError:  # the other side is closed
            data = b""
        self.shown += data.decode(errors="replace")
        self._stream.feed(data)
        return bool(data)


@contextmanager
def terminal(
    folder: Path, *arguments: str, columns: int = COLUMNS, **variables: str
) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (LINES, columns))
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
        yield Terminal(master, process, columns)
    finally:
        process.kill()
        process.wait()
        os.close(master)
