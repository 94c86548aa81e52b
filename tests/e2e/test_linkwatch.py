"""linkwatch is made by eight commands and what its page shows as written by hand, and it works."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from fastforge.environment.uv import program
from tests.e2e import linkwatch
from tests.e2e.conftest import Installed
from tests.environments import run

pytestmark = pytest.mark.e2e

ADDED = (
    *("tests/jobs/test_check_links.py", "tests/jobs/test_weekly_report.py"),
    *("tests/tasks/test_check_link.py", "tests/tasks/test_import_links.py"),
    *("tests/modules/links/test_schemas.py", "tests/modules/results"),
    "tests/machinery/database/test_schema.py",
)
"""The last command has run the other tests of links."""
CHECKS: Sequence[tuple[str, ...]] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("ty", "check"),
    ("pytest", "-q", *ADDED),
)


def test_the_script_has_eight_commands_and_the_page_shows_them() -> None:
    ours = [command for command in linkwatch.commands() if command.startswith("fastforge ")]

    assert len(ours) == 8
    assert [command.endswith("--no-verify") for command in ours] == [*[True] * 7, False]
    assert linkwatch.written("commands") == linkwatch.shown()


def test_it_is_made_as_its_page_says_and_what_is_written_by_hand_works(
    installed: Installed, tmp_path: Path
) -> None:
    """One test, because it makes one project."""
    printed = linkwatch.made(tmp_path, installed.programs, installed.variables)
    project, anew = tmp_path / "linkwatch", f"write it anew: {linkwatch.WRITER}"

    shown = linkwatch.normalised(linkwatch.written("transcript"))
    assert shown == linkwatch.normalised(printed), anew
    assert linkwatch.written("lines") == linkwatch.table(project), anew

    linkwatch.write_by_hand(project)
    for words in CHECKS:
        run(project, program(project, "python"), "-m", *words)


@pytest.mark.exhaustive("verifies two whole projects")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_it_passes_all_checks_on_each_database(
    installed: Installed, tmp_path: Path, database: str
) -> None:
    linkwatch.made(tmp_path, installed.programs, installed.variables, database)
    linkwatch.write_by_hand(tmp_path / "linkwatch")

    ran = installed("verify", "--json", cwd=tmp_path / "linkwatch")

    assert ran.code == 0, ran.out + ran.err
    assert json.loads(ran.out)["verification"]["passed"]
