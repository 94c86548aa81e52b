"""A pytest plugin for mutation testing: the tests that are likely to kill a mutant run first.

Those of the file that mirrors the mutated module (`shop/background/claim.py` has
`tests/background/test_claim.py`), then those of its folder, then the others, each the quick ones
first. mutmut gives the tests in no order, and a mutant that is killed by the last one costs a suite.
"""

import json
import logging
import os
from pathlib import Path

import pytest

STATS = Path("mutmut-stats.json")


def pytest_configure() -> None:
    """Forget the log handlers of an earlier run in this process: their streams are closed."""
    logging.getLogger().handlers.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests for the mutant of this process."""
    seconds = json.loads(STATS.read_text())["duration_by_test"] if STATS.exists() else {}
    module = os.environ.get("MUTANT_UNDER_TEST", "").partition(".x")[0].split(".")[1:]

    def likelihood(item: pytest.Item) -> tuple[bool, bool, float]:
        elsewhere = module[:-1] != list(item.path.parts[item.path.parts.index("tests") + 1 : -1])
        another = elsewhere or not module or item.path.stem != f"test_{module[-1].strip('_')}"
        return another, elsewhere, seconds.get(item.nodeid, 0)

    items.sort(key=likelihood)
