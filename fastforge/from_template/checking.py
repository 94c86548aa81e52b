"""Setting a project up that a template made, committing it, and running what can verify it.

The code of the template runs here: its build, its tests, its service.
"""

import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastforge import __version__
from fastforge.environment.git import first_commit
from fastforge.errors import FastforgeError, SetupError
from fastforge.project.project import Project, read_project

if TYPE_CHECKING:
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import Report

NOTHING = "note: nothing was verified: {}."
_NO_TESTS = "the project has no pyproject.toml with tests beside it"
_NO_PYTEST = "pytest is not installed by the project's default dependencies"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was done besides writing files; `reason` says why nothing was verified."""

    root: Path
    git: str | None = None
    report: "Report | None" = None
    reason: str = ""

    def require(self) -> None:
        """Say what failed; raises VerificationError if something did."""
        if self.report:
            from fastforge.verify.report import require, show_problems

            show_problems(self, self.report)
            again = (
                "" if _made_by_us(self.root) else f"cd {shlex.quote(str(self.root))} && {_AGAIN}"
            )
            require(self, self.report, again)


_AGAIN = "uv run pytest"


def commit(root: Path) -> str:
    """Make a repository with a first commit; say what was done."""
    return first_commit(root, root.name, __version__)


def check(root: Path, written: str, *, git: bool, full: bool, quiet: bool) -> Checked:
    """Set up, commit and verify the project in `root`, and show how far that is.

    Raises SetupError if its environment cannot be made.
    """
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import watch
    from fastforge.verify.running import chosen, verify, verify_tests

    ours = _made_by_us(root)
    testable = ours is not None or _has_tests(root)
    with Progress(quiet_stdout=quiet) as progress:
        with progress.step("files", written):
            pass
        done = None
        try:
            if testable:
                _set_up(root, ours, progress)
        finally:  # without a network there is no lock file to commit, but all else
            if git:
                with progress.step("git") as words:
                    words.append(done := commit(root))
        if ours:
            return Checked(root, done, verify(ours, chosen(full=full), watch(progress)))
        if not testable or not _has_pytest(root):
            return Checked(root, done, reason=_NO_PYTEST if testable else _NO_TESTS)
        return Checked(root, done, verify_tests(root, watch(progress)))


def check_again(root: Path, *, quiet: bool) -> "Report | None":
    """Run the tests of a project after an update; say why, where there are none to run."""
    from fastforge.terminal.console import note
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import show_problems, watch
    from fastforge.verify.running import verify_tests

    reason = "" if _has_tests(root) else _NO_TESTS
    report = None
    if not reason:
        with Progress(quiet_stdout=quiet) as progress:
            _set_up(root, None, progress)
            if _has_pytest(root):
                report = verify_tests(root, watch(progress))
            else:
                reason = _NO_PYTEST
    if reason:
        note(NOTHING.format(reason))
    if report:
        show_problems(Checked(root), report)
    return report


def _set_up(root: Path, ours: Project | None, progress: "Progress") -> None:
    from fastforge.environment.uv import interpreter, set_up

    with progress.step("environment") as words:
        try:
            words.append(set_up(root, interpreter(ours.answers.python) if ours else None))
        except SetupError as error:
            if ours:
                raise
            again = f"cd {shlex.quote(str(root))} && uv sync && {_AGAIN}"
            raise SetupError(error.message, f"When it is mended: {again}") from error


def _made_by_us(root: Path) -> Project | None:
    """Give the project, if the template made one that fastforge knows."""
    with suppress(FastforgeError, OSError):
        return read_project(root)
    return None


def _has_pytest(root: Path) -> bool:
    return (root / ".venv" / "bin" / "pytest").is_file()


def _has_tests(root: Path) -> bool:
    found = any((root / name).is_dir() for name in ("test", "tests"))
    return (root / "pyproject.toml").is_file() and (found or any(root.glob("test_*.py")))
