"""What the command imports before it does anything."""

import subprocess
import sys

import pytest

from fastforge import __version__

HEAVY = {"copier", "fastapi", "sqlalchemy", "apscheduler", "pytest", "jinja2", "yaml"}


def modules_after(*arguments: str) -> set[str]:
    """Give the top-level modules that a run of the command has imported."""
    program = (
        "import atexit, sys; from fastforge.__main__ import main; "
        f"sys.argv = ['fastforge', *{list(arguments)!r}]; "
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("arguments", [["--help"], ["new", "--help"], ["when", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    modules = modules_after(*arguments)

    assert "typer" in modules
    assert modules & HEAVY == set()


def test_the_version_does_not_even_import_typer() -> None:
    assert "typer" not in modules_after("--version")


@pytest.mark.parametrize("arguments", [["--version"], ["--debug", "--version"]])
def test_the_version_is_printed(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "fastforge", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == f"fastforge {__version__}\n"


def test_files_are_written_without_the_libraries_of_the_checks() -> None:
    modules = modules_after("new", "shop", "--yes", "--dry-run")

    assert modules & (HEAVY - {"jinja2"}) == set()


def test_the_help_cuts_no_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command = [sys.executable, "-m", "fastforge", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    commands = done.stdout.partition("Commands:")[2].splitlines()
    assert len(commands) > 9
    assert [line for line in commands if line.endswith("...")] == []
