"""Values that projects and their parts have in common: a line of text, a timezone."""

import re
from collections.abc import Mapping

from fastforge.errors import UsageError

Value = str | bool

LONGEST_TEXT = 1_000
"""Characters in a description or an author."""

_LINE_BREAK = re.compile(r"[ \t]*[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+[ \t]*")


def one_line(what: str, text: str) -> str:
    """Give a text that a person wrote as one line.

    Raises UsageError if it is empty, too long to be sensible, or cannot be written to a file.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        problem = f"The {what} has a character that is not Unicode text, at position {error.start}."
        raise UsageError(problem, "Give it as UTF-8.") from error
    line = _LINE_BREAK.sub(" ", text).strip()
    if not line:
        raise UsageError(f"The {what} is empty.", "Say it in one sentence.")
    if len(line) > LONGEST_TEXT:
        problem = f"The {what} has {len(line)} characters; {LONGEST_TEXT} is the most."
        raise UsageError(problem, "Put the rest into the README.")
    return line


def check_timezone(name: str) -> None:
    """Raise UsageError unless `name` is in the IANA database and means the same everywhere."""
    if name == "Factory":  # a placeholder for "nobody has set the clock"
        raise UsageError("The timezone 'Factory' is no place's.", "Use Europe/Berlin, or UTC.")
    if name == "UTC":
        return
    from fastforge.schedule.timezones import check

    check(name)


def suggested_zones(typed: str) -> Mapping[str, str]:
    """Give the timezones that may be meant."""
    from fastforge.schedule.timezones import matching  # reads all names

    return dict.fromkeys(matching(typed), "")
