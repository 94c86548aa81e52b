"""Which commands of the pages are run by a test, and which are only shown."""

from pathlib import Path

import pytest

from tests.docs.pages import GUIDES, PAGES, README, blocks
from tests.e2e.transcript import COMMANDS

SHOWN_ONLY = {
    "docker": "needs Docker",
    "pg_dump": "needs a PostgreSQL to dump",
    "pg_restore": "needs a PostgreSQL to restore",
    "sqlite3": "is a program of its own",
    "fastforge new": "is run with other options",
    "uv run python -m shop.background": "ends with a signal only; the tests of a project start it",
    "uv run celery": "ends with a signal only; the tests of a project start it",
    "git ": "needs fastforge's repository and a server of git",
    "copier ": "is Copier's own; tests/templates compares what it makes",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "needs a collector; the tests of a project bring one",
    "SCHEDULER=false RUNNER=false uv run": "is run without these settings",
}
"""How the commands in `console` blocks of guides begin, and why no test follows them."""
HELD_TO_A_RUN = "linkwatch.md"
"""Its blocks are what a run printed: tests/e2e/test_linkwatch.py makes it again."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_is_run_or_shown_or_is_no_command(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= {"sh", "console", "python", "mermaid"}


@pytest.mark.parametrize(
    "page", [page for page in GUIDES if page.name != HELD_TO_A_RUN], ids=lambda page: page.name
)
def test_few_commands_are_only_shown(page: Path) -> None:
    texts = [block.text for block in blocks(page) if block.language == "console"]
    shown = "".join(texts).splitlines()

    assert [line for line in shown if not line.startswith(tuple(SHOWN_ONLY))] == []


def test_the_commands_of_the_readme_are_those_of_its_real_run() -> None:
    (first, *others) = [block.text for block in blocks(README) if block.language == "sh"]

    assert first.splitlines() == ["pip install .", COMMANDS[0]]
    assert others == []
