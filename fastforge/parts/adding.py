"""What `add-*` does with a rendered part: show, write, verify, report."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastforge import __version__
from fastforge.parts.part import Addition
from fastforge.terminal.console import note, say, say_json

if TYPE_CHECKING:
    from fastforge.verify.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What to do besides writing the files; with `dry_run` or `diff` nothing is written."""

    dry_run: bool = False
    diff: bool = False
    verify: bool = True
    full: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is told about a part besides its files: before, as notes, after, and as JSON."""

    before: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def add(addition: Addition, story: Story, wishes: Wishes) -> None:
    """Add a part as wished; raises VerificationError if a check fails."""
    if wishes.dry_run or wishes.diff:
        _preview(addition, story, wishes)
        return
    addition.write()
    if not wishes.as_json:
        _tell(addition, story)
    report = _verify(addition, wishes) if wishes.verify else None
    if wishes.as_json:
        say_json(_facts(addition, story, report))
    elif report is None or report.passed:
        say("\n".join(story.after))
        say(f"Again without questions: {addition.command}")
        say(f"Undo: {addition.undo}")
    if report:
        from fastforge.verify.report import require, show_problems

        show_problems(addition.project, report)
        require(addition.project, report)


def _preview(addition: Addition, story: Story, wishes: Wishes) -> None:
    if wishes.as_json:
        say_json({**_facts(addition, story, None), "dry_run": True})
    elif wishes.diff:
        sys.stdout.write(addition.plan.diff())
    else:
        _tell(addition, story)
        say("Nothing was written.")
    addition.refuse_conflicts()


def _tell(addition: Addition, story: Story) -> None:
    for line in story.before:
        say(line)
    for text in (*story.notes, *_versions(addition)):
        note(f"note: {text}")
    for change in addition.plan.changes:
        say(f"{change.action.value}  {change.path}")


def _versions(addition: Addition) -> Iterator[str]:
    made = addition.project.record.version
    if made != __version__:
        yield (
            f"fastforge {made} made this project, and {__version__} adds to it. "
            "`fastforge update` brings all of it to one version."
        )


def _verify(addition: Addition, wishes: Wishes) -> "Report":
    from fastforge.environment.uv import set_up
    from fastforge.parts.checks import part_checks
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import watch
    from fastforge.verify.running import chosen, verify

    project = addition.project
    checks = chosen(full=True) if wishes.full else part_checks(project, addition.sources)
    with Progress(quiet_stdout=wishes.as_json) as progress:
        with progress.step("environment") as words:
            words.append(set_up(project.root))
        return verify(project, checks, watch(progress))


def _facts(addition: Addition, story: Story, report: "Report | None") -> dict[str, object]:
    part = addition.part
    return {
        "fastforge": __version__,
        "project": str(addition.project.root),
        "kind": part.kind,
        "name": part.name,
        "answers": dict(part.answers),
        "files": addition.plan.as_json(),
        **story.facts,
        "verification": report.as_json() if report else None,
        "command": addition.command,
    }
