"""What a parameter or field may be called."""

import keyword
import re
from collections.abc import Collection
from difflib import get_close_matches

from fastforge.errors import UsageError

LONGEST = 30
"""Characters in a name: with more, generated lines would pass the project's line length."""

_SHAPE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")

_SECRET = re.compile(r"(?:^|_)(?:pas+wo?r?d|pass(?:phrase)?|pwd|token|secrete?)(?:$|_)")

GIVEN = frozenset(
    "self cls request response background background_tasks payload context enqueue session".split()
)
"""What generated functions are given under these names."""

TYPES = frozenset("bool bytes date datetime dict float int list object set str tuple".split())
"""A field of this name would hide the type from the fields after it."""

PYDANTIC = frozenset(
    """
    construct copy dict fields from_orm json mro parse_file parse_obj parse_raw register schema
    schema_json update_forward_refs validate
    """.split()
)
"""Attributes of pydantic's BaseModel; it owns `model_...` too."""


def check_together(what: str, names: Collection[str], used: Collection[str]) -> None:
    """Raise UsageError if one of the names is one that the others' sources use."""
    for name in sorted({*names} & {*used}):
        problem = f"The {what} name `{name}` is the name of what another {what} is made with."
        raise UsageError(problem, f"Choose another: `{_other(name)}`.")


def check_param_name(what: str, name: str) -> None:
    """Raise UsageError if a `what` ("parameter", "field") cannot be called `name`."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)
    if not _SHAPE.fullmatch(name):
        problem = f"The {what} name `{shown}` is not made of lower-case letters, digits and `_`."
        raise UsageError(problem, "Start with a letter, for example `customer_id`.")
    if len(name) > LONGEST:
        problem = f"The {what} name `{name}` has {len(name)} characters; {LONGEST} is the most."
        raise UsageError(problem, "Give a shorter one.")
    if why := _taken(name):
        raise UsageError(f"The {what} name `{name}` {why}.", f"Choose another: `{_other(name)}`.")


def is_secret(name: str) -> bool:
    """Tell whether a name says that its value is secret, by the rule that linters follow (S105)."""
    return bool(_SECRET.search(name))


def _taken(name: str) -> str | None:
    if keyword.iskeyword(name):
        return "is a word of the Python language"
    if name in TYPES:
        return "is the name of a type"
    if name == "l":
        return "looks like a digit"
    if name in PYDANTIC or name.startswith("model_"):
        return "belongs to pydantic's models"
    if name in GIVEN:
        return "is what the generated code calls something else"
    return None


def _other(name: str) -> str:
    known = {"date": "due_date", "datetime": "due_at", "json": "document", "copy": "copies"}
    return known.get(name, f"the_{name}".removeprefix("the_model_"))


def closest(text: str, names: list[str]) -> str | None:
    """Give the name that was probably meant."""
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(text.lower(), list(lowered), 1, 0.5)
    return lowered[close[0]] if close else None
