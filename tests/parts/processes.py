"""Running the command in a process of its own, which has everything imported when it starts."""

import io
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from fastforge.__main__ import main
from fastforge.parts.jobs import job
from tests.parts.faults import CLEAN, Fault, Operations

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["tests.parts.preloaded"])


SetUp = Callable[[], object]
"""What is done in the process before the command."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code or minus the signal, stderr, and the file operations."""

    code: int
    err: str
    operations: tuple[str, ...]


def start(
    arguments: list[str], fault: Fault | None, log: Path, set_up: SetUp | None = None
) -> ForkServerProcess:
    """Start the command in a process of its own; `log` is where it reports to."""
    process = FRESH.Process(target=_run, args=(arguments, fault, log, set_up))
    process.start()
    return process


def run(arguments: list[str], fault: Fault | None, log: Path, set_up: SetUp | None = None) -> Ended:
    """Run the command to its end."""
    return ended(start(arguments, fault, log, set_up), log)


def ended(process: ForkServerProcess, log: Path) -> Ended:
    """Wait for the command and read what it left."""
    process.join()
    assert process.exitcode is not None
    operations = log.with_suffix(".operations")
    seen = operations.read_text().splitlines() if operations.exists() else []
    operations.unlink(missing_ok=True)
    return Ended(process.exitcode, log.read_text() if log.exists() else "", tuple(seen))


def _run(arguments: list[str], fault: Fault | None, log: Path, set_up: SetUp | None = None) -> None:
    """Be the program: nothing of the fork server's runs after it."""
    try:
        if set_up:
            set_up()
        _redirect(log)
        code = _code_of(arguments, fault, log)
    except KeyboardInterrupt:  # before the program, or after its end
        code = 130
    sys.stderr.flush()
    os._exit(code)


def _redirect(log: Path) -> None:
    """Let stdout go nowhere and stderr to the log, which is there when all is ready."""
    draft = log.with_suffix(".draft")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), 2)
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(1, "w")),
        io.TextIOWrapper(io.FileIO(2, "w")),
    )
    draft.rename(log)


def _code_of(arguments: list[str], fault: Fault | None, log: Path) -> int:
    sys.argv = ["fastforge", *arguments]
    sys.dont_write_bytecode = True  # else the first run also writes that of late imports
    setattr(job, "datetime", _AtNoon)  # noqa: B010 (else each run writes another moment)
    operations = Operations(fault or CLEAN, Path(arguments[-1]).resolve())
    if fault:
        operations.install()
    try:
        main()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    finally:
        operations.active = False
        if fault:
            log.with_suffix(".operations").write_text("\n".join(operations.seen))
    return 0


class _AtNoon(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> Self:
        return cls(2026, 11, 24, 12, tzinfo=tz)
