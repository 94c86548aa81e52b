"""A pytest plugin for mutation testing, where each mutant is tested in a fork of a warm process.

The tests that are likely to kill a mutant run first: those of the file that mirrors its module
(`machinery/background/test_claim.py` for `background/claim.py`), of its folder, then the others,
each the quick ones first. mutmut gives them in no order, and the last one costs the whole suite.

What earlier runs in the process left is forgotten: log handlers whose streams are closed, and what
the package caches, or the code of a mutant would not even run.
"""

import functools
import json
import logging
import os
import sys
from pathlib import Path

import pytest

STATS = Path("mutmut-stats.json")
Cached = type(functools.cache(len))


def pytest_configure() -> None:
    """Forget what an earlier run left in this process."""
    logging.getLogger().handlers.clear()
    package = os.environ.get("MUTANT_UNDER_TEST", "").partition(".")[0]
    for name, module in list(sys.modules.items()):
        for value in vars(module).values() if package and name.startswith(f"{package}.") else ():
            if isinstance(value, Cached):
                value.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests for the mutant of this process."""
    seconds = json.loads(STATS.read_text())["duration_by_test"] if STATS.exists() else {}
    module = os.environ.get("MUTANT_UNDER_TEST", "").partition(".x")[0].split(".")[1:]

    def likelihood(item: pytest.Item) -> tuple[bool, bool, float]:
        folder = list(item.path.parts[item.path.parts.index("tests") + 1 : -1])
        folder = folder[1:] if folder[:1] == ["machinery"] else folder
        elsewhere = module[:-1] != folder
        mirrored = bool(module) and item.path.stem == f"test_{module[-1].strip('_')}"
        return elsewhere or not mirrored, elsewhere, seconds.get(item.nodeid, 0)

    items.sort(key=likelihood)
