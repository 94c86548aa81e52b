"""What `fastforge new --template` does: fetch, ask, render, write, commit, verify, report."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastforge import __version__
from fastforge.from_template.checking import NOTHING, Checked, check, commit
from fastforge.from_template.config import Config, read_config
from fastforge.from_template.creation import Rendered, rendered
from fastforge.from_template.interview import Interview, collect, interview_of
from fastforge.from_template.rendering import Rendering
from fastforge.from_template.settings import user_defaults
from fastforge.from_template.source import Source, fetched
from fastforge.parts.project.target import check_target
from fastforge.project.copied import answers_files
from fastforge.terminal.console import note, say, say_json
from fastforge.terminal.shell import quoted

_NO_ANSWERS = (
    "note: {} keeps no answers file, so projects made from it cannot be updated: it lacks a file "
    "named `{{{{ _copier_conf.answers_file }}}}.jinja`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was typed: which template for which project, and what to do besides writing it."""

    name: str
    into: Path
    template: str
    ref: str | None
    given: Mapping[str, Any]
    trust: bool
    yes: bool
    git: bool
    verify: bool
    full: bool
    dry_run: bool
    diff: bool
    as_json: bool

    @property
    def target(self) -> Path:
        """The folder of the project."""
        return self.into.absolute() / self.name


def make(order: Order) -> None:
    """Make a project from a template; raises VerificationError if a check of it fails."""
    check_target(order.target)
    with fetched(order.template, order.ref) as source:
        config = read_config(source.folder, source.given)
        config.require_trust(source.given, trusted=order.trust)
        interview = _interview(config, source, order)
        answers = collect(
            interview, order.given, ask=not order.yes and not order.as_json, yes=order.yes
        )
        message = interview.said(config.settings.get("message_after_copy"), answers)
        facts = {**_facts(order, source, interview, answers), "message": message or None}
        shown = order.dry_run or order.diff
        with rendered(
            source, interview.data(answers), order.target, trust=order.trust, beside=not shown
        ) as project:
            if shown:
                _preview(project, facts, order)
                return
            project.put()
    _finish(project, source, facts, order)


def _interview(config: Config, source: Source, order: Order) -> Interview:
    rendering = Rendering(config, source.folder, order.name, trust=order.trust)
    return interview_of(config, rendering, order.name, user_defaults())


def _preview(project: Rendered, facts: Mapping[str, object], order: Order) -> None:
    if order.as_json:
        say_json({**facts, "files": project.plan.as_json(), "dry_run": True})
    elif order.diff:
        sys.stdout.write(project.plan.diff())
    else:
        for change in project.plan.changes:
            say(f"{change.action.value}  {change.path}")
        for path, leads in project.copy.links.items():
            say(f"create  {path} -> {leads}")
        say(f"{_written(project)}; nothing was written.")


def _finish(project: Rendered, source: Source, facts: Mapping[str, object], order: Order) -> None:
    files = project.plan.as_json()
    written = _written(project)
    if order.verify:
        checked = check(order.target, written, git=order.git, full=order.full, quiet=order.as_json)
    else:
        checked = Checked(order.target, commit(order.target) if order.git else None)
        if not order.as_json:
            say(f"{written} in {order.target}")
            if checked.git:
                say(checked.git)
    _note(source, checked)
    if order.as_json:
        report = checked.report.as_json() if checked.report else None
        say_json({**facts, "files": files, "git": checked.git, "verification": report})
    checked.require()
    if not order.as_json:
        _farewell(facts, order)


def _note(source: Source, checked: Checked) -> None:
    for text in source.notes:
        note(text)
    if not answers_files(checked.root) and source.ref:
        note(_NO_ANSWERS.format(source.given))
    if checked.reason:
        note(NOTHING.format(checked.reason))


def _farewell(facts: Mapping[str, Any], order: Order) -> None:
    say("")
    if order.target != Path.cwd():
        say("Next:")
        say(f"  cd {shlex.quote(str(order.into / order.name))}")
    if facts["message"]:
        say(f"The template says: {facts['message']}")
    say(f"Again without questions: {facts['command']}")
    if left_out := facts["left_out"]:
        say(f"That leaves out what is secret: add --data for {', '.join(left_out)}.")


def _written(project: Rendered) -> str:
    count = len(project.plan.changes) + len(project.copy.links)
    files = "1 file" if count == 1 else f"{count} files"
    return files if project.plan.pending else f"{files} unchanged"


def _facts(
    order: Order, source: Source, interview: Interview, answers: Mapping[str, Any]
) -> dict[str, object]:
    return {
        "fastforge": __version__,
        "project": str(order.target),
        "template": {"source": source.given, "version": source.version},
        "answers": interview.shown(answers),
        "command": _again(order, source, interview, answers),
        "left_out": interview.secrets(answers),
    }


def _again(order: Order, source: Source, interview: Interview, answers: Mapping[str, Any]) -> str:
    words = ["fastforge", "new", order.name, "--template", source.given]
    words += ["--ref", order.ref] if order.ref else []
    for name, value in interview.typed(answers).items():
        words += ["--data", f"{name}={value}"]
    words += ["--trust"] if order.trust else []
    words += ["-C", str(order.into)] if order.into != Path() else []
    return quoted([*words, "--yes"])
