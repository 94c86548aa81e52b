"""A command on a project that fails, or is cut off, at one of its file operations."""

import shutil
import signal
from pathlib import Path

from typer.testing import CliRunner

from fastforge.commands.app import app
from tests.parts.faults import CLEAN, Fault
from tests.parts.processes import Ended, SetUp, run
from tests.parts.small_shop import files_and_folders, staged

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


class Trial:
    """A project before and after a command, to be tried with faults in between."""

    def __init__(
        self, folder: Path, start: Path, words: tuple[str, ...], set_up: SetUp | None = None
    ) -> None:
        self.folder, self.start, self.shop, self.set_up = folder, start, folder / "shop", set_up
        self.command = [*words, "-C", str(self.shop)]
        self.before = files_and_folders(self.start)
        clean = self.attempt(CLEAN)
        self.code = clean.code
        self.operations = clean.operations
        self.after = files_and_folders(self.shop)
        assert self.before != self.after, clean.err

    def attempt(self, fault: Fault) -> Ended:
        """Run the command, on the project as it was before."""
        if not self.shop.exists() or files_and_folders(self.shop) != self.before:
            shutil.rmtree(self.shop, ignore_errors=True)
            shutil.copytree(self.start, self.shop)
        return run(self.command, fault, self.folder / "log", self.set_up)

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


def try_once(trial: Trial, fault: Fault, told: str) -> None:
    """Let one operation fail; what is there then, and after the next command, is whole."""
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
    said = [line for line in ended.err.splitlines() if not line.startswith("note: ")]
    if fault.name == "killed":
        assert ended.code == -signal.SIGKILL, told
    elif fault.name == "interrupted":
        assert (ended.code, said) == (130, ["interrupted"]), told
    elif ended.code == trial.code:
        assert files_and_folders(trial.shop).items() >= _files(trial.after).items(), told
    else:
        sentence, hint = said
        assert ended.code == 5, told
        assert sentence.startswith("error: "), told
        assert "permissions" in hint, told
