"""Which checks there are, and running them side by side in the project's own environment."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastforge.project.project import Project
from fastforge.verify.checks import migrations, startup, static, tests
from fastforge.verify.checks.outcome import TELL, Finding, Outcome
from fastforge.verify.report import Report


@dataclass(frozen=True, slots=True)
class Check:
    """A check, the command that repeats it, and whether only `new` or only `verify` runs it."""

    name: str
    command: str
    run: Callable[[Project, Path], Awaitable[Finding]]
    only_new: bool = False
    only_full: bool = False


CHECKS = (
    Check("tests", tests.QUICK_COMMAND, tests.check_quick_tests, only_new=True),
    Check("tests", tests.COMMAND, tests.check_tests, only_full=True),
    Check("lint", "uv run ruff check", static.check_lint),
    Check("format", "uv run ruff format --check", static.check_format),
    Check("types (ty)", "uv run ty check", static.check_ty),
    Check("types (mypy)", "uv run mypy --strict", static.check_mypy, only_full=True),
    Check("migrations", migrations.COMMAND, migrations.check_migrations, only_full=True),
    Check("start-up", startup.COMMAND, startup.check_startup),
)
"""Ordered as they are shown. `new` is waited for by a person, so it leaves to `verify` what takes
longest and says least about a project that nobody has edited yet: `mypy --strict` (8 s on its first
run, where ty has just said the same), coverage, and the tests that start processes of their own."""


Listener = Callable[[str, Outcome | str | None], None]
"""Told the name of each check when it starts (None), how far it is, and when it ends."""


def chosen(*, full: bool) -> tuple[Check, ...]:
    """Give the checks of a full verification, or those that `new` waits for."""
    return tuple(check for check in CHECKS if not (check.only_new if full else check.only_full))


def verify(project: Project, checks: Sequence[Check], listener: Listener) -> Report:
    """Run the checks side by side; the output of those that fail is kept in a temporary folder."""
    started = time.monotonic()
    scratch = Path(tempfile.mkdtemp(prefix="fastforge-verify-"))
    outcomes: Iterable[Outcome] = ()
    try:
        outcomes = asyncio.run(_run_all(project, checks, scratch, listener))
    finally:
        if not any(outcome.finding.log for outcome in outcomes):
            shutil.rmtree(scratch, ignore_errors=True)
    return Report(tuple(outcomes), time.monotonic() - started)


def verify_tests(root: Path, listener: Listener) -> Report:
    """Run the tests of a project that fastforge did not make: it has no other check of ours."""
    started = time.monotonic()
    scratch = Path(tempfile.mkdtemp(prefix="fastforge-verify-"))
    finding = None
    try:
        listener("tests", None)
        finding = asyncio.run(tests.check_own_tests(root, scratch))
    finally:
        if finding is None or not finding.log:
            shutil.rmtree(scratch, ignore_errors=True)
    seconds = time.monotonic() - started
    outcome = Outcome(check="tests", seconds=seconds, command=tests.OWN_COMMAND, finding=finding)
    listener("tests", outcome)
    return Report((outcome,), seconds)


async def _run_all(
    project: Project, checks: Sequence[Check], scratch: Path, listener: Listener
) -> list[Outcome]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(check, project, scratch, listener)) for check in checks]
    except ExceptionGroup as several:  # what is told cannot be written, for instance
        raise several.exceptions[0] from None
    return [task.result() for task in tasks]


async def _run(check: Check, project: Project, scratch: Path, listener: Listener) -> Outcome:
    listener(check.name, None)
    TELL.set(partial(listener, check.name))
    started = time.monotonic()
    try:
        finding = await check.run(project, scratch)
    except OSError as error:  # the program is not there
        finding = Finding(passed=False, summary="could not run", problems=(str(error),))
    seconds = time.monotonic() - started
    outcome = Outcome(check=check.name, seconds=seconds, command=check.command, finding=finding)
    listener(check.name, outcome)
    return outcome
