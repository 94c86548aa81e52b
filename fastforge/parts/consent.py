"""Asking before a module's table goes: its data cannot be had back."""

import shlex
from pathlib import Path

from fastforge.console import say
from fastforge.errors import FastforgeError, UsageError
from fastforge.interview import is_terminal, read_line
from fastforge.parts.removing import RemovalWishes
from fastforge.project import Project, enclosing_project
from fastforge.questions import Question, ask

_LOSS = (
    "The table {name} may be in use, so a migration that drops it is added. All of its data is "
    "lost once that is applied: the next start does it, and a running `fastapi dev` at once."
)


def require_consent(project: Project, name: str, wishes: RemovalWishes) -> None:
    """Ask whether the table of a module may be dropped, unless that was said before.

    Raises UsageError if there is nobody to ask, FastforgeError if the answer is no.
    """
    loss = _LOSS.format(name=name)
    if wishes.yes:
        return
    if wishes.as_json or not is_terminal():
        command = _command(project, name, wishes)
        raise UsageError(f"{loss} There is no terminal to ask at.", f"If it may: {command}")
    answers = ask({}, read_line, say, (Question("remove", loss, False),))
    if not answers["remove"]:
        raise FastforgeError("Nothing was removed.", "Keep the data first, then say yes.")


def _command(project: Project, name: str, wishes: RemovalWishes) -> str:
    """Give the command that asks nothing."""
    words = ["fastforge", "remove-module", name, "--yes"]
    words += ["--force"] if wishes.force else []
    words += ["--json"] if wishes.as_json else []
    elsewhere = enclosing_project(Path()) != project.root
    return shlex.join([*words, *(["-C", str(project.root)] if elsewhere else [])])
