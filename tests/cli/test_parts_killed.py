"""`add-module` and `remove-module`, stopped while they write: the tree is as before or as after.

`pytest tests/cli/test_parts_killed.py --kills 200` stops them more often.
"""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random

import pytest

from fastforge.answers import ProjectAnswers
from fastforge.plan import merged
from fastforge.record import record_of
from fastforge.render import render
from fastforge.staging import write_files
from tests.conftest import Fastforge, files_of

ADD = ("add-module", "products", "--field", "sku:str{3,20},unique", "--no-verify")
REMOVE = ("remove-module", "products")
LONGEST = 0.006
"""Seconds from the first sign of writing to the signal; by then all is written."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project without an environment."""
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    tree = render("project", answers.context())
    record = record_of("project", "shop", answers.as_dict(), tree)
    write_files(merged(tree, {record.path: record.content()}), tmp_path / "shop")
    return tmp_path / "shop"


def test_a_run_that_is_stopped_leaves_all_or_nothing(
    shop: Path, fastforge: Fastforge, request: pytest.FixtureRequest
) -> None:
    without = files_of(shop)
    assert fastforge(*ADD, cwd=shop).code == 0
    whole = files_of(shop)
    random, there = Random(7), True  # noqa: S311 (the same moments each time)
    outcomes: Counter[str] = Counter()
    signals = cycle([signal.SIGKILL, signal.SIGINT])
    for number in range(request.config.getoption("--kills")):
        stop(shop, REMOVE if there else ADD, next(signals), random.uniform(0, LONGEST))

        ran = fastforge("list", cwd=shop)  # any command undoes what was left half done

        now = files_of(shop)
        assert (ran.code, ran.err) == (0, "")
        assert now in (without, whole), (number, sorted(now.keys() ^ without.keys()))
        assert list(stages(shop)) == []
        outcomes["kept out" if (now == whole) is there else "carried out"] += 1
        there = now == whole
    print(dict(outcomes))


def stop(shop: Path, arguments: tuple[str, ...], number: signal.Signals, delay: float) -> None:
    """Run a command and send it a signal so many seconds after it has begun to write."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fastforge", *arguments],
        cwd=shop,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not list(stages(shop)) and process.poll() is None:
        pass
    time.sleep(delay)
    process.send_signal(number)
    assert process.wait(60) in {0, 130, -signal.SIGKILL, -signal.SIGINT}


def stages(shop: Path) -> Iterator[Path]:
    return (shop / ".fastforge").glob(".apply-*")
