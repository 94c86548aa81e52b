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
    from fastforge.cli import app
    from fastforge.errors import FastforgeError

    try:
        app()
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            print("interrupted", file=sys.stderr)  # noqa: T201
        raise
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        from fastforge.console import print_error

        print_error(error)
        sys.exit(error.exit_code if isinstance(error, FastforgeError) else 1)


if __name__ == "__main__":
    main()
