"""The `fastforge` command: runs the Typer app and turns errors into a sentence and an exit code."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType

from fastforge import __version__

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shells' convention."""

_ended_by: list[int] = []
"""The signals other than Ctrl-C's that ended this process."""


def main() -> None:
    """Run the command line; exits with 0, 1, 2, 3, 4, 5, or 128 and the signal that ended it."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is signal.SIG_DFL:  # a parent such as nohup may ignore it
            signal.signal(ending, _interrupt)
    try:
        code = _run()
    except KeyboardInterrupt:  # before Typer could catch it
        code = INTERRUPTED
    if code == INTERRUPTED:
        _say_interrupted()
        code = 128 + _ended_by[0] if _ended_by else INTERRUPTED
    sys.exit(code)


def _run() -> int:
    try:
        if sys.argv[1:] == ["--version"]:  # without importing Typer
            print(f"fastforge {__version__}", flush=True)  # noqa: T201
            return 0
        from fastforge.commands.app import app

        app()
    except SystemExit as ending:
        if ending.code != INTERRUPTED and (error := _flush()):
            return _explain(error)
        return ending.code if isinstance(ending.code, int) else 0
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        return _explain(error)
    return 0


def _explain(error: Exception) -> int:
    """Say what went wrong; give the exit code."""
    from fastforge.errors import FastforgeError, understood
    from fastforge.terminal.console import print_error

    if isinstance(error, OSError) and error.filename is None:
        _give_up_output()
    if isinstance(error, BrokenPipeError):  # whoever reads has seen enough
        return 1
    known = understood(error)
    with suppress(OSError):  # nobody can be told
        print_error(known)
    return known.exit_code if isinstance(known, FastforgeError) else 1


def _flush() -> OSError | None:
    """Write out what is printed, while a failure can be told."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _give_up_output() -> None:
    """Let what could not be printed go nowhere, or Python would try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """End as after Ctrl-C: children are ended, what was begun is undone, the cursor shown again."""
    _ended_by.append(number)
    signal.signal(number, signal.SIG_DFL)
    if callable(signal.getsignal(signal.SIGINT)):
        signal.raise_signal(signal.SIGINT)
    else:  # ignored, as in a job that a shell has put into the background
        raise KeyboardInterrupt


def _say_interrupted() -> None:
    with suppress(OSError):
        print("interrupted", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
