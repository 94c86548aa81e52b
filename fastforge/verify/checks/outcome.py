"""What a check found."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

Tell = Callable[[str], None]
TELL: ContextVar[Tell] = ContextVar("TELL", default=lambda _: None)
"""What a check calls to say how far it is; each check has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one run of a check says; `facts` are the numbers behind the summary."""

    passed: bool
    summary: str
    problems: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    log: str | None = None
    """The file that keeps the output of a failed run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finding with the check's name, the seconds it took and the command that repeats it."""

    check: str
    seconds: float
    command: str
    finding: Finding

    def as_json(self) -> dict[str, object]:
        """Give the outcome for machines."""
        return {
            "check": self.check,
            "passed": self.finding.passed,
            "summary": self.finding.summary,
            "seconds": round(self.seconds, 2),
            "command": self.command,
            "facts": dict(self.finding.facts),
            "problems": list(self.finding.problems),
            "log": self.finding.log,
        }
