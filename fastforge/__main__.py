"""The `fastforge` command: runs the Typer app and turns errors into a sentence and an exit code."""

import sys

from fastforge import __version__

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shells' convention."""


def main() -> None:
    """Run the command line; exits with 0, 1, 2, 3, 4, 5 or 130."""
    if sys.argv[1:] == ["--version"]:  # without importing Typer
        print(f"fastforge {__version__}")  # noqa: T201
        return
    try:
        from fastforge.cli import app

        app()
    except KeyboardInterrupt:  # before Typer could catch it
        _say_interrupted()
        sys.exit(INTERRUPTED)
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            _say_interrupted()
        raise
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        from fastforge.console import print_error
        from fastforge.errors import FastforgeError, understood

        known = understood(error)
        print_error(known)
        sys.exit(known.exit_code if isinstance(known, FastforgeError) else 1)


def _say_interrupted() -> None:
    print("interrupted", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
