"""A file operation that fails leaves a project as it was or as it was to be, and says so.

Each operation of a clean run fails in one of the ways; with `--exhaustive` in each of them.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastforge.commands.app import app
from tests.parts.faults import Fault
from tests.parts.processes import run
from tests.parts.small_shop import files_and_folders, make_small_shop
from tests.parts.trials import Trial, faults, try_once

ADD = {
    "job": ("add-job", "report", "--at", "2099-12-01T09:00", "--no-verify"),
    "task": ("add-task", "mail", "--param", "copies:int=1", "--no-verify"),
    "module": ("add-module", "notes", "--field", "text:str", "--no-verify"),
}
REMOVE = {
    "job": ("remove-job", "report"),
    "task": ("remove-task", "mail"),
    "module": ("remove-module", "notes"),
}
BOTH = [
    pytest.param(kind, words, id=words[0]) for each in (ADD, REMOVE) for kind, words in each.items()
]


def _trial(folder: Path, kind: str, words: tuple[str, ...]) -> Trial:
    start = make_small_shop(folder / "start")
    if words == REMOVE[kind]:
        assert run([*ADD[kind], "-C", str(start)], None, folder / "log").code == 0
    return Trial(folder, start, words)


@pytest.mark.parametrize(("kind", "words"), BOTH)
def test_any_operation_may_fail(
    tmp_path: Path, kind: str, words: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    trial = _trial(tmp_path, kind, words)
    assert trial.code == 0
    assert len(trial.operations) > 40

    for nth, place in enumerate(trial.operations, 1):
        for fault in faults(nth, place, request.config.getoption("--exhaustive")):
            try_once(trial, fault, f"{fault} at {place}")


def test_a_kill_while_a_kill_is_undone_is_undone_too(tmp_path: Path) -> None:
    trial = _trial(tmp_path, "module", REMOVE["module"])
    last = max(n for n, what in enumerate(trial.operations, 1) if "os.rename" in what)
    undo = ["list", "-C", str(trial.shop)]

    for nth in range(1, 200):
        trial.attempt(Fault("killed", last))
        assert not trial.is_whole()
        ended = run(undo, Fault("killed", nth), tmp_path / "log")
        if ended.code == 0:
            break
        assert CliRunner().invoke(app, undo).exit_code == 0
        assert files_and_folders(trial.shop) == trial.before, (nth, ended)
    assert nth > 20
    assert files_and_folders(trial.shop) == trial.before
