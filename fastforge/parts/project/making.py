"""What `fastforge new` does with a rendered project: write, set up, commit, verify, report."""

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastforge import __version__
from fastforge.parts.project.creation import Creation
from fastforge.terminal.console import note, say, say_json

if TYPE_CHECKING:
    from fastforge.verify.report import Report

MEMORY_NOTE = "note: with --jobstore memory next run times are not kept: a restart forgets them."


WORKERS = {
    "celery": "celery --app {package}.background.engines.worker worker",
    "taskiq": "python -m {package}.background.engines.worker",
}
"""The command of a worker, by engine."""
WORKFLOW = ".github/workflows/ci.yml"
WORKFLOW_NOTE = (
    "note: GitHub reads workflows at the top of a repository only: move {old} to {new}, and put "
    "`defaults: {{run: {{working-directory: {folder}}}}}` into it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What to do besides writing the files; `again` is the command that asks nothing."""

    again: str
    verify: bool
    full: bool
    git: bool
    as_json: bool


def preview(creation: Creation, again: str, *, diff: bool, as_json: bool) -> None:
    """Show what would be written."""
    plan = creation.plan
    if as_json:
        say_json({**_facts(creation, again, git=None, report=None), "dry_run": True})
    elif diff:
        sys.stdout.write(plan.diff())
    else:
        for change in plan.changes:
            say(f"{change.action.value}  {change.path}")
        say(f"{_written(creation)}; nothing was written.")


def make(creation: Creation, into: Path, wishes: Wishes) -> None:
    """Write the project and do what is wished; raises VerificationError if a check fails."""
    if wishes.verify:
        _make_and_verify(creation, into, wishes)
    else:
        _make_files(creation, into, wishes)


def _note_workflow(creation: Creation) -> None:
    """Say where the workflow has to go if the project is a part of another repository."""
    from fastforge.environment.git import repository_around

    root = creation.plan.target
    top = repository_around(root) if (root / WORKFLOW).is_file() else None
    if top is not None:
        new = top / ".github" / "workflows" / f"{creation.answers.name}.yml"
        folder = root.resolve().relative_to(top)
        note(WORKFLOW_NOTE.format(old=root / WORKFLOW, new=new, folder=folder))


def _make_files(creation: Creation, into: Path, wishes: Wishes) -> None:
    creation.write()
    git = _commit(creation) if wishes.git else None
    _note_workflow(creation)
    if wishes.as_json:
        say_json(_facts(creation, wishes.again, git, None))
        return
    say(f"{_written(creation)} in {creation.plan.target}")
    if git:
        say(git)
    _farewell(creation, into, wishes.again)


def _make_and_verify(creation: Creation, into: Path, wishes: Wishes) -> None:
    from fastforge.environment import bytecode
    from fastforge.environment.uv import interpreter, set_up
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import require, show_problems, watch
    from fastforge.verify.running import chosen, verify

    git = None
    with Progress(quiet_stdout=wishes.as_json) as progress:
        with progress.step("files", _written(creation)):
            creation.write()
        try:
            with progress.step("environment") as words:
                root, python = creation.plan.target, creation.answers.python
                words.append(set_up(root, interpreter(python)))
                bytecode.lend(root)
        finally:  # without a network there is no lock file to commit, but all else
            if wishes.git:
                with progress.step("git") as words:
                    words.append(git := _commit(creation))
        steps = progress.seconds
        report = verify(creation.project, chosen(full=wishes.full), watch(progress))
        bytecode.keep(creation.plan.target)
    if wishes.as_json:
        say_json({**_facts(creation, wishes.again, git, report), "seconds": steps})
    _note_workflow(creation)
    show_problems(creation.project, report)
    require(creation.project, report)
    if not wishes.as_json:
        _farewell(creation, into, wishes.again)


def _commit(creation: Creation) -> str:
    from fastforge.environment.git import first_commit

    return first_commit(creation.plan.target, creation.answers.name, __version__)


def _written(creation: Creation) -> str:
    count = len(creation.plan.changes)
    return f"{count} files" if creation.plan.pending else f"{count} files unchanged"


def _farewell(creation: Creation, into: Path, again: str) -> None:
    from fastforge.environment.uv import uv_binary

    if creation.answers.jobstore == "memory":
        note(MEMORY_NOTE)
    say("")
    say("Next:")
    if creation.plan.target != Path.cwd():
        say(f"  cd {shlex.quote(str(into / creation.answers.name))}")
    say("  uv run fastapi dev          # then http://127.0.0.1:8000/docs")
    if worker := WORKERS.get(creation.answers.engine):
        command = worker.format(package=creation.answers.package)
        say(f"  uv run {command}  # in another terminal")
    say("  uv run pytest")
    say("  fastforge verify            # everything: processes, coverage and mypy too")
    say(f"Again without questions: {again}")
    if shutil.which("uv") is None:
        note(f"note: uv is not on the PATH; for uv type {shlex.quote(uv_binary())}")


def _facts(
    creation: Creation, again: str, git: str | None, report: "Report | None"
) -> dict[str, object]:
    return {
        "fastforge": __version__,
        "project": str(creation.plan.target),
        "answers": creation.answers.as_dict(),
        "files": creation.plan.as_json(),
        "git": git,
        "verification": report.as_json() if report else None,
        "command": again,
    }
