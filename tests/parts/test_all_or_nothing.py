"""A file operation that fails leaves a project as it was or as it was to be, and says so.

Each operation of a clean run fails in one of the ways; with `--exhaustive` in each of them.
"""

import shutil
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastforge.commands.app import app
from tests.parts.faults import CLEAN, Fault
from tests.parts.processes import Ended, run
from tests.parts.small_shop import files_and_folders, make_small_shop, staged

ALWAYS = 1000
WAYS = (
    ("full", 1),
    ("refused", 1),
    ("interrupted", 1),
    ("refused", 2),
    ("full", ALWAYS),
    ("refused", ALWAYS),
    ("interrupted", 2),
    ("interrupted", ALWAYS),
)
KILLED = ("killed", 1)
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


class Trial:
    """A project before and after a command, to be tried with faults in between."""

    def __init__(self, folder: Path, kind: str, words: tuple[str, ...]) -> None:
        self.folder, self.shop = folder, folder / "shop"
        self.command = [*words, "-C", str(self.shop)]
        self.start = make_small_shop(folder / "start")
        if words == REMOVE[kind]:
            assert run([*ADD[kind], "-C", str(self.start)], None, folder / "log").code == 0
        self.before = files_and_folders(self.start)
        clean = self.attempt(CLEAN)
        assert clean.code == 0, clean.err
        self.operations = clean.operations
        self.after = files_and_folders(self.shop)
        assert self.before != self.after

    def attempt(self, fault: Fault) -> Ended:
        """Run the command, on the project as it was before."""
        if not self.shop.exists() or files_and_folders(self.shop) != self.before:
            shutil.rmtree(self.shop, ignore_errors=True)
            shutil.copytree(self.start, self.shop)
        return run(self.command, fault, self.folder / "log")

    def is_whole(self) -> bool:
        """Tell whether each file is as before or each as after; emptied folders may be left."""
        files = _files(files_and_folders(self.shop))
        return files in (_files(self.before), _files(self.after))


def _files(found: dict[str, bytes | None]) -> dict[str, bytes]:
    return {path: content for path, content in found.items() if content is not None}


def faults(nth: int, operation: str, exhaustive: bool) -> list[Fault]:
    """Give one fault for an operation, or all that there are.

    What changes something is killed every third time, the ways take turns for the others.
    """
    if exhaustive:
        return [Fault(name, nth, times) for name, times in (*WAYS, KILLED)]
    killed = operation.startswith("changes") and nth % 3 == 0
    name, times = KILLED if killed else WAYS[nth % len(WAYS)]
    return [Fault(name, nth, times)]


@pytest.mark.parametrize(("kind", "words"), BOTH)
def test_any_operation_may_fail(
    tmp_path: Path, kind: str, words: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    trial = Trial(tmp_path, kind, words)
    assert len(trial.operations) > 40

    for nth, place in enumerate(trial.operations, 1):
        for fault in faults(nth, place, request.config.getoption("--exhaustive")):
            _try(trial, fault, f"{fault} at {place}")


def _try(trial: Trial, fault: Fault, told: str) -> None:
    ended = trial.attempt(fault)
    told = f"{told}: {ended}"

    _ended_as_it_should(ended, fault, trial, told)
    if fault.times == 1 and fault.name != "killed":
        assert trial.is_whole(), told
    again = CliRunner().invoke(app, ["list", "-C", str(trial.shop)])
    assert again.exit_code == 0, (told, again.output)
    assert trial.is_whole(), told
    if fault.name in {"interrupted", "killed"}:
        assert files_and_folders(trial.shop) in (trial.before, trial.after), told
    assert staged(trial.shop) == [], told


def _ended_as_it_should(ended: Ended, fault: Fault, trial: Trial, told: str) -> None:
    if fault.name == "killed":
        assert ended.code == -signal.SIGKILL, told
    elif fault.name == "interrupted":
        assert (ended.code, ended.err.strip()) == (130, "interrupted"), told
    elif ended.code == 0:
        assert files_and_folders(trial.shop).items() >= _files(trial.after).items(), told
    else:
        sentence, hint = ended.err.splitlines()
        assert ended.code == 5, told
        assert sentence.startswith("error: "), told
        assert "permissions" in hint, told


def test_a_kill_while_a_kill_is_undone_is_undone_too(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "module", REMOVE["module"])
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
