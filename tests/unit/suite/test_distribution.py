"""Which process of `-n` runs a test: what shares the default project is kept together."""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.conftest import (
    SHARE_A_PROJECT,
    WORKERS,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)

SHARE = [f"tests/e2e/test_{name}" for name in SHARE_A_PROJECT]
VERIFY_IN_FULL = ["tests/e2e/test_combinations", "tests/parts/test_five_pieces"]


@pytest.fixture
def scheduler(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> LoadScopeScheduling:
    monkeypatch.setattr(pytestconfig.option, "tx", ["2*popen"])
    return pytest_xdist_make_scheduler(pytestconfig, None)


@pytest.mark.parametrize(("exhaustive", "processes"), [(False, 3), (True, 4)])
def test_there_are_more_processes_than_cores_unless_the_variable_says_how_many(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, exhaustive: bool, processes: int
) -> None:
    monkeypatch.setattr(pytestconfig.option, "exhaustive", exhaustive)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.delenv(WORKERS, raising=False)
    assert pytest_xdist_auto_num_workers(pytestconfig) == processes

    monkeypatch.setenv(WORKERS, "5")
    assert pytest_xdist_auto_num_workers(pytestconfig) is None


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="no processes beside this one")
def test_a_project_that_is_tested_beside_others_has_one_process() -> None:
    assert os.environ[WORKERS] == "0"


def test_the_longest_tests_come_first_and_those_that_run_alone_last(
    request: pytest.FixtureRequest,
) -> None:
    turns = []
    for item in request.session.items:
        marks = {mark.name for mark in item.iter_markers()}
        long = {"e2e", "exhaustive"} & marks or "/tests/parts/" in str(item.path)
        file = item.nodeid.partition(".py::")[0]
        turn = 0 if file in SHARE else 1 if file in VERIFY_IN_FULL else 2 if long else 3
        turns.append(4 if "alone" in marks else turn)

    assert turns == sorted(turns)


def test_tests_that_share_the_project_are_one_scope(scheduler: LoadScopeScheduling) -> None:
    ids = [f"tests/e2e/test_{name}.py::test_it[a::b]" for name in SHARE_A_PROJECT]

    assert {scheduler._split_scope(each) for each in ids} == {"shop"}


def test_each_other_test_is_a_scope_of_its_own(scheduler: LoadScopeScheduling) -> None:
    for each in ("tests/e2e/test_bounds.py::test_it[a]", "tests/cli/test_parts.py::test_it"):
        assert scheduler._split_scope(each) == each


def test_each_file_that_uses_the_built_wheel_is_kept_together(
    request: pytest.FixtureRequest,
) -> None:
    using = {
        item.path.stem.removeprefix("test_")
        for item in request.session.items
        if isinstance(item, pytest.Function) and "wheel" in item.fixturenames
    }

    assert using <= set(SHARE_A_PROJECT)
