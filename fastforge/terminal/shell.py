"""Command lines to copy: a shell reads the words that are meant, and a terminal obeys nothing."""

import shlex
from collections.abc import Iterable
from pathlib import Path

from fastforge.project.project import Project, enclosing_project
from fastforge.terminal.console import ORDERS


def quoted(words: Iterable[str]) -> str:
    """Write words as a command line for bash, zsh or ksh."""
    return " ".join(map(_quoted, words))


def place_of(project: Project) -> list[str]:
    """Give the option that names a project, unless a command that is typed here finds it."""
    return [] if enclosing_project(Path()) == project.root else ["-C", str(project.root)]


def _quoted(word: str) -> str:
    if not ORDERS.search(word):
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + ORDERS.sub(lambda found: f"\\u{ord(found[0]):04x}", plain) + "'"
