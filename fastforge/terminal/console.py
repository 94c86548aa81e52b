"""What is printed: errors, notes and JSON. Data goes to stdout, all else to stderr."""

import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable
from typing import TextIO

from fastforge.errors import FastforgeError

ORDERS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of text."""

_USUAL_COLUMNS = 80


def print_error(error: BaseException) -> None:
    """Say on stderr what went wrong and what to do about it."""
    if isinstance(error, FastforgeError):
        _print_problem(error.message, error.hint)
    else:
        problem = f"fastforge failed with {type(error).__name__}: {error}"
        _print_problem(problem, "This is a defect; run it again with --debug for the traceback.")


def _print_problem(message: str, hint: str) -> None:
    note(wrapped(f"error: {message}", "       ", sys.stderr))
    if hint:
        note(wrapped(f"  {hint}", "  ", sys.stderr))


def wrapped(text: str, indent: str, stream: TextIO | None = None) -> str:
    """Break a text between words where a terminal would break it anywhere.

    What ends in a command to copy stays as it is, and all where there is no terminal: `stream` is
    stdout if it is not given.
    """
    stream = stream or sys.stdout
    if not stream.isatty() or ": fastforge " in text:
        return text
    width = _columns(stream)
    lines = (
        textwrap.wrap(
            line,
            width,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in visible(text).splitlines()
    )
    return "\n".join("\n".join(parts) for parts in lines)


def _columns(stream: TextIO) -> int:
    """Give how wide a terminal is; another stream may lead elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS
    except (OSError, ValueError):
        return _USUAL_COLUMNS


def note(text: str) -> None:
    """Print a message for a person."""
    print(visible(text), file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Print what was asked for."""
    print(visible(text), flush=True)


def say_json(data: object) -> None:
    """Print data for machines."""
    print(json.dumps(data, indent=2, ensure_ascii=False), flush=True)


def visible(text: str) -> str:
    """Give what a terminal would obey as escapes: it may be a stranger's."""
    return ORDERS.sub(lambda found: ascii(found[0])[1:-1], text)


def aligned(rows: Iterable[Iterable[str]]) -> str:
    """Give rows as lines of columns that are as wide as their widest cell."""
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
