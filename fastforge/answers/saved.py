"""Answers as a record has them: they may be those of an older fastforge, or of a stranger."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Final

from fastforge.errors import UsageError

Former = Mapping[str, str | None]
"""Answers that older versions saved: what each is called now, or None where it is no more."""

_TEXTS: Final = tuple[str, ...]


def read_saved(answers: type[Any], saved: Mapping[str, object], former: Former) -> dict[str, Any]:
    """Give saved answers by their names of today, for the dataclass `answers`.

    What was not saved is left out, so that it becomes the default. Raises UsageError for a name
    that is not known, a value of another kind, or an answer without a default that lacks.
    """
    kinds = {field.name: field for field in fields(answers)}
    read: dict[str, Any] = {}
    for name, value in saved.items():
        now = former.get(name, name)
        if now is None:
            continue
        if now not in kinds:
            raise UsageError(f"The saved answer `{name}` is unknown to this version.")
        if not _is_of(kinds[now].type, value):
            raise UsageError(f"The saved answer `{name}` cannot be {value!a}.")
        read[now] = tuple(value) if isinstance(value, list) else value
    needed = {name for name, field in kinds.items() if field.default is MISSING}
    if missing := needed - read.keys():
        raise UsageError(f"The saved answers lack {', '.join(sorted(missing))}.")
    return read


def _is_of(kind: object, value: object) -> bool:
    if kind == _TEXTS:
        return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
    return type(value) is kind  # True is no number
