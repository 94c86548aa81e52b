"""An update that fails, or is cut off, leaves a project as it was or as it was to be.

What it keeps to be undone is among the files that are compared, so it fits to them.
"""

import re
from functools import partial
from pathlib import Path

import pytest

from fastforge.changes.staging import write_files
from fastforge.project.record import Record, record_of
from fastforge.releases.releases import rendered
from fastforge.releases.request import Request
from tests.parts.faults import Fault
from tests.parts.processes import SetUp, run
from tests.parts.small_shop import files_and_folders
from tests.parts.trials import Trial, faults, try_once
from tests.releases import use, use_until_the_end

UPDATE = ("update", "--to", "0.4.0", "--no-verify")
WORDS = {
    "update": UPDATE,
    "with conflicts": UPDATE,
    "continue": ("update", "--continue", "--no-verify"),
    "abort": ("update", "--abort"),
    "abort what is finished": ("update", "--abort"),
}
ENDS_WITH = {"with conflicts": 3}
SOME = 7
"""Every so many operations is tried, in other ways from state to state; all with `--exhaustive`."""


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """Let the small releases be known, here and in the processes."""
    (tmp_path / "releases").mkdir()
    use(monkeypatch, tmp_path / "releases")
    return partial(use_until_the_end, tmp_path / "releases")


def project(folder: Path, state: str, set_up: SetUp) -> Path:
    """Make a project of 0.2.1 in the state that a command begins with."""
    answers = {"name": "shop", "description": "Sells.", "author": "Ada"}
    made = rendered("0.2.1", Request("shop", answers)).project
    assert made is not None
    digests = record_of("project", "shop", made.answers, made.tree).digests
    record = Record("project", "shop", made.answers, digests, "0.2.1")
    write_files({**made.tree, record.path: record.content()}, folder)
    main = folder / "src/shop/main.py"
    if state in {"with conflicts", "continue", "abort"}:
        main.write_text(main.read_text().replace("from .errors", "from .own"))
    if state in {"continue", "abort", "abort what is finished"}:
        run([*UPDATE, "-C", str(folder)], None, folder.parent / "log", set_up)
    if state == "continue":
        main.write_text(re.sub("[<=>]{7}.*\n", "", main.read_text()))
    return folder


@pytest.mark.parametrize("state", WORDS)
def test_any_operation_may_fail(
    tmp_path: Path, state: str, set_up: SetUp, request: pytest.FixtureRequest
) -> None:
    start = project(tmp_path / "start", state, set_up)
    trial = Trial(tmp_path, start, WORDS[state], set_up)
    assert trial.code == ENDS_WITH.get(state, 0)

    exhaustive = request.config.getoption("--exhaustive")
    first, step = (1, 1) if exhaustive else (1 + list(WORDS).index(state), SOME)
    for nth in range(first, len(trial.operations) + 1, step):
        place = trial.operations[nth - 1]
        for fault in faults(nth, place, exhaustive):
            try_once(trial, fault, f"{fault} at {place}")


@pytest.mark.parametrize("state", ["update", "continue", "abort"])
def test_after_a_kill_the_same_command_does_all_of_it(
    tmp_path: Path, state: str, set_up: SetUp
) -> None:
    """Also where the kill was between taking the project's own record away and the new one."""
    trial = Trial(tmp_path, project(tmp_path / "start", state, set_up), WORDS[state], set_up)
    moves = [n for n, what in enumerate(trial.operations, 1) if "changes: os.rename" in what]
    around = [n for n in moves if "project.yml" in trial.operations[n - 1]]
    assert len(around) == (state != "abort")

    for nth in {*(n + more for n in around for more in range(1, 6)), moves[1], moves[-1]}:
        assert trial.attempt(Fault("killed", nth)).code < 0
        assert run(trial.command, None, tmp_path / "log", set_up).code == 0
        assert files_and_folders(trial.shop) == trial.after, trial.operations[nth - 1]
