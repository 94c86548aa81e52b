"""What a verification found, told: while it runs, what failed, and how it ends."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fastforge.errors import VerificationError
from fastforge.terminal.console import note
from fastforge.terminal.progress import Progress
from fastforge.verify.checks.outcome import Outcome


class Verified(Protocol):
    """Whatever was verified: a project of ours, or a folder that somebody else's template made."""

    @property
    def root(self) -> Path:
        """Its folder."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a verification, in the order of the checks, and its seconds."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(outcome.finding.passed for outcome in self.outcomes)

    def as_json(self) -> dict[str, object]:
        """Give the report for machines."""
        return {
            "passed": self.passed,
            "seconds": round(self.seconds, 2),
            "checks": [outcome.as_json() for outcome in self.outcomes],
        }


def watch(progress: Progress) -> Callable[[str, Outcome | str | None], None]:
    """Give a listener that shows each check's start, how far it is, and its end."""

    def listen(name: str, outcome: Outcome | str | None) -> None:
        if outcome is None:
            progress.start(name)
            return
        if isinstance(outcome, str):
            progress.tell(name, outcome)
            return
        finding = outcome.finding
        state = "passed" if finding.passed else "failed"
        progress.end(name, state, finding.summary, outcome.seconds)

    return listen


def show_problems(project: Verified, report: Report) -> None:
    """Name what failed, the command that repeats it, and where its output is."""
    for outcome in report.outcomes:
        if outcome.finding.passed:
            continue
        note(f"\n{outcome.check} failed:")
        for problem in outcome.finding.problems:
            note(f"  {problem}")
        note(f"  again: cd {shlex.quote(str(project.root))} && {outcome.command}")
        if outcome.finding.log:
            note(f"  all its output: {outcome.finding.log}")


def require(project: Verified, report: Report, again: str = "") -> None:
    """Raise VerificationError unless everything passed; `again` repeats it, if verify does not."""
    if not report.passed:
        failed = [outcome.check for outcome in report.outcomes if not outcome.finding.passed]
        problem = (
            f"Verification failed: {', '.join(failed)}. The project is kept in {project.root}."
        )
        again = again or shlex.join(["fastforge", "verify", "-C", str(project.root)])
        raise VerificationError(problem, f"When it is mended: {again}")
