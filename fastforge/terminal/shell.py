"""Command lines to copy: a shell reads the words that are meant, and a terminal obeys nothing."""

import shlex
from collections.abc import Iterable

from fastforge.terminal.console import ORDERS


def quoted(words: Iterable[str]) -> str:
    """Write words as a command line for bash, zsh or ksh."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if not ORDERS.search(word):
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + ORDERS.sub(lambda found: f"\\u{ord(found[0]):04x}", plain) + "'"
