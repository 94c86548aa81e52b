"""Who may use the routes of a part: known clients, those with a scope, operators, or everybody."""

import re
from typing import Final

from fastforge.errors import UsageError
from fastforge.project.project import Project

USER, OPS, NONE = "user", "ops", "none"
OPEN: Final = "The new routes have no guard: whoever reaches the service may use them."

_FORMER: Final = {"client": USER}
"""What older versions called a guard."""
_SCOPE: Final = re.compile(r"(?=.*[:./_-])[A-Za-z][A-Za-z0-9:./_-]{0,59}", re.ASCII)
"""A scope of RFC 6749 that needs no quotes anywhere; a word alone would rather be a mistake."""


def read_guard(text: str, words: tuple[str, ...]) -> str:
    """Give a guard as it is saved: one of `words`, or a scope; raises UsageError for others."""
    guard = _FORMER.get(text, text)
    if guard not in words and not _SCOPE.fullmatch(guard):
        problem = f"--guard {text!a} is none of {', '.join(words)}, and no scope."
        raise UsageError(problem, "Write a scope with letters and a colon, such as links:write.")
    return guard


def usual_guard(project: Project) -> str:
    """Give the guard of routes of which nothing is said."""
    return NONE if project.answers.auth == NONE else USER


def is_opened(project: Project, guard: str) -> bool:
    """Tell whether routes are open to everybody though the project knows clients."""
    return guard == NONE != usual_guard(project)


def check_callers_are_known(project: Project, guard: str) -> None:
    """Raise UsageError if rows are to belong to callers, and nobody is asked who calls."""
    if guard == NONE:
        option, hint = "--guard none", "Leave one of the two out."
        if project.answers.auth == NONE:
            option, hint = "--auth none", "Leave it out, or first: fastforge update --set auth=keys"
        problem = f"Rows of --owned belong to callers, and with {option} nobody knows who calls."
        raise UsageError(problem, hint)


def check_clients_are_known(project: Project, guard: str) -> None:
    """Raise UsageError if a guard needs clients, and the project knows none."""
    if project.answers.auth == NONE and guard not in {OPS, NONE}:
        problem = f"--guard {guard} is for clients, and with --auth none the project knows none."
        raise UsageError(problem, "Leave it out, or first: fastforge update --set auth=keys")
