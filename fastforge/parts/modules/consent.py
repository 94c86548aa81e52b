"""Asking before a module's table or a column of it goes: its data cannot be had back."""

from collections.abc import Sequence

from fastforge.answers.asking import ask_person, is_terminal
from fastforge.answers.question import Question
from fastforge.errors import FastforgeError, UsageError
from fastforge.parts.removing import RemovalWishes
from fastforge.project.project import Project, place_of
from fastforge.terminal.console import say
from fastforge.terminal.live import read_text
from fastforge.terminal.shell import quoted

_LOSS = (
    "The table {name} may be in use, so a migration that drops it is added. All of its data is "
    "lost once that is applied: the next start does it, and a running `fastapi dev` at once."
)


_COLUMNS = (
    "A migration drops from the table {name}: {columns}. The data in there is lost once it is "
    "applied: the next start does it, and a running `fastapi dev` at once."
)
_IN_USE = (
    "The table {name} is in use ({places}), and all of its data is lost if it goes: only its name "
    "stands for a yes."
)
_SHOWN = 3


def require_name(project: Project, name: str, places: Sequence[str], wishes: RemovalWishes) -> None:
    """Ask for the name of a table that is still in use, unless it was typed with the command.

    Raises UsageError if there is nobody to ask, FastforgeError if another answer is given.
    """
    if wishes.drop == name:
        return
    more = [f"and {len(places) - _SHOWN} more"] if len(places) > _SHOWN else []
    loss = _IN_USE.format(name=name, places=", ".join([*places[:_SHOWN], *more]))
    if wishes.drop is not None or wishes.yes or wishes.as_json or not is_terminal():
        raise UsageError(loss, f"If it may: {_command(project, name, wishes, f'--drop={name}')}")
    say(loss)
    if read_text("  type its name to drop it, or nothing to keep it: ").strip() != name:
        raise FastforgeError("Nothing was removed.", "Move what uses it first, or keep the module.")


def require_consent(project: Project, name: str, wishes: RemovalWishes) -> None:
    """Ask whether the table of a module may be dropped, unless that was said before.

    Raises UsageError if there is nobody to ask, FastforgeError if the answer is no.
    """
    loss = _LOSS.format(name=name)
    if wishes.yes or wishes.drop == name:
        return
    if wishes.as_json or not is_terminal():
        command = _command(project, name, wishes, "--yes")
        raise UsageError(f"{loss} There is no terminal to ask at.", f"If it may: {command}")
    if not _says_yes(loss, "remove", "keep the module"):
        raise FastforgeError("Nothing was removed.", "Keep the data first, then say yes.")


def require_loss(name: str, columns: Sequence[str], *, yes: bool, as_json: bool) -> None:
    """Ask whether columns of a module's table may be dropped, unless that was said before.

    Raises UsageError if there is nobody to ask, FastforgeError if the answer is no.
    """
    loss = _COLUMNS.format(name=name, columns=", ".join(columns))
    if yes:
        return
    if as_json or not is_terminal():
        raise UsageError(f"{loss} There is no terminal to ask at.", "If it may: add --yes.")
    if not _says_yes(loss, "drop", "keep the fields"):
        raise FastforgeError("Nothing was changed.", "Keep the data first, then say yes.")


def _says_yes(loss: str, name: str, otherwise: str) -> bool:
    choices = {"yes": "lose its data", "no": otherwise}
    question = Question(name, loss.replace(". ", ".\n"), False, choices)
    return bool(ask_person({}, (question,))[name])


def _command(project: Project, name: str, wishes: RemovalWishes, consent: str) -> str:
    """Give the command that asks nothing."""
    words = ["fastforge", "remove-module", name, consent]
    words += ["--force"] if wishes.force else []
    words += ["--json"] if wishes.as_json else []
    return quoted([*words, *place_of(project)])
