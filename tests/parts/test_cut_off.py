"""Ctrl-C or `kill -9` at any moment leaves a project as it was or as it was to be.

The next command clears away what was staged. 200 tries are made on processes that have everything
imported, so that most of their time is the command's own; every second one waits for the stage to
appear and hits the writing itself. A few, or 200 with `--exhaustive`, are made on the program from
its start.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastforge.commands.app import app
from tests.parts import processes
from tests.parts.small_shop import files_and_folders, make_small_shop, staged

PARTS = {
    "task": (("add-task", "mail", "--no-verify"), ("remove-task", "mail")),
    "module": (("add-module", "notes", "--no-verify"), ("remove-module", "notes")),
    "job": (
        ("add-job", "report", "--at", "2099-12-01T09:00", "--no-verify"),
        ("remove-job", "report"),
    ),
}
SIGNALS = (signal.SIGKILL, signal.SIGINT)
Tree = dict[str, bytes | None]
Start = Callable[[list[str]], "Running"]


class Running:
    """A command that runs, by its process id."""

    def __init__(self, pid: int, join: Callable[[float | None], int | None], err: Path) -> None:
        self.pid, self.join, self.err = pid, join, err

    def cut_off(self, how: signal.Signals, moments: Iterator[bool]) -> int:
        """Send the signal at the next moment unless it has ended; give its exit code."""
        for now in moments:
            if self.join(0) is not None:
                break
            if now:
                with suppress(ProcessLookupError):  # it ended this moment
                    os.kill(self.pid, how)
                break
        code = self.join(None)
        assert code is not None
        return code


class Shop:
    """A project of which it is known what each part adds to it."""

    def __init__(self, root: Path, kinds: tuple[str, ...], start: Start) -> None:
        self.root, self.start = make_small_shop(root), start
        self.base = files_and_folders(root)
        self.kinds, self.has = kinds, dict.fromkeys(kinds, False)
        self.parts: dict[str, Tree] = {}
        self.seconds: dict[tuple[str, bool], float] = {}
        for kind in kinds:
            self.seconds[kind, False] = self._timed(kind)
            found = files_and_folders(root)
            self.parts[kind] = {path: found[path] for path in found.keys() - self.base.keys()}
            self.seconds[kind, True] = self._timed(kind)
            assert files_and_folders(root) == self.base

    def command(self, kind: str) -> list[str]:
        """Give the command that adds the part, or removes it if it is there."""
        return [*PARTS[kind][self.has[kind]], "-C", str(self.root)]

    def expected(self) -> Tree:
        """Give the files and folders that are to be there."""
        parts = [self.parts[kind] for kind in self.kinds if self.has[kind]]
        return self.base | {path: content for part in parts for path, content in part.items()}

    def try_once(self, kind: str, how: signal.Signals, moments: Iterator[bool]) -> bool:
        """Cut the command off; tell whether it had begun to write."""
        running = self.start(self.command(kind))
        code, err = running.cut_off(how, moments), running.err.read_text()
        begun = bool(staged(self.root))
        if how is signal.SIGINT:
            early = "KeyboardInterrupt" in err or code == -how  # before there was a handler
            assert code in {0, 130} or early, (code, err)
            self._is_one_of_two(kind, files_of)  # emptied folders go with the next command
        else:
            assert code in {0, -how}, err
        again = CliRunner().invoke(app, ["list", "-C", str(self.root)])
        assert again.exit_code == 0, again.output
        self._is_one_of_two(kind, lambda tree: tree)
        assert staged(self.root) == []
        return begun

    def _is_one_of_two(self, kind: str, part: Callable[[Tree], Tree]) -> None:
        found = part(files_and_folders(self.root))
        if found != part(self.expected()):
            self.has[kind] = not self.has[kind]
            assert found == part(self.expected())

    def _timed(self, kind: str) -> float:
        began = time.monotonic()
        running = self.start(self.command(kind))
        assert running.join(None) == 0, running.err.read_text()
        self.has[kind] = not self.has[kind]
        return time.monotonic() - began


def files_of(tree: Tree) -> Tree:
    return {path: content for path, content in tree.items() if content is not None}


def after(seconds: float) -> Iterator[bool]:
    """Give False until so much time has passed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.0005)
        yield False
    yield True


def once_staged(root: Path, seconds: float) -> Iterator[bool]:
    """Give False until so much time has passed since something was staged."""
    while not staged(root):
        yield False
    yield from after(seconds)


def start_warm(log: Path) -> Start:
    def start(arguments: list[str]) -> Running:
        log.unlink(missing_ok=True)
        process = processes.start(arguments, None, log)
        assert process.pid is not None
        while not log.exists():
            process.join(0.0005)

        def join(timeout: float | None) -> int | None:
            process.join(timeout)
            return process.exitcode

        return Running(process.pid, join, log)

    return start


def start_program(log: Path) -> Start:
    def start(arguments: list[str]) -> Running:
        with log.open("w") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "fastforge", *arguments],
                stdout=subprocess.DEVNULL,
                stderr=err,
            )

        def join(timeout: float | None) -> int | None:
            return process.poll() if timeout == 0 else process.wait(timeout)

        return Running(process.pid, join, log)

    return start


@pytest.mark.parametrize("how", SIGNALS, ids=lambda how: how.name)
def test_at_any_moment_of_a_command(tmp_path: Path, how: signal.Signals) -> None:
    chance = random.Random(20261124)  # noqa: S311
    shop = Shop(tmp_path / "shop", tuple(PARTS), start_warm(tmp_path / "log"))

    begun = 0
    for number in range(100):
        kind = shop.kinds[number % len(shop.kinds)]
        whole = shop.seconds[kind, shop.has[kind]]
        aimed = once_staged(shop.root, chance.uniform(0, whole / 5))
        moments = aimed if number % 2 else after(chance.uniform(0, whole))
        begun += shop.try_once(kind, how, moments)

    assert begun or how is signal.SIGINT, "no try hit the writing itself"


@pytest.mark.parametrize("how", SIGNALS, ids=lambda how: how.name)
@pytest.mark.parametrize(
    "tries", [5, pytest.param(100, marks=pytest.mark.exhaustive("a hundred starts of the program"))]
)
def test_at_any_moment_of_the_program(tmp_path: Path, how: signal.Signals, tries: int) -> None:
    chance = random.Random(tries)  # noqa: S311
    shop = Shop(tmp_path / "shop", ("task", "module"), start_program(tmp_path / "log"))

    for _ in range(tries):
        kind = chance.choice(shop.kinds)
        shop.try_once(kind, how, after(chance.uniform(0, shop.seconds[kind, shop.has[kind]])))
