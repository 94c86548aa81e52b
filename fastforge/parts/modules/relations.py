"""Fields that refer to rows of a module: `NAME:->MODULE[|None][,flags]`, such as `link:->links`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastforge.answers.names import is_part_name
from fastforge.errors import UsageError

HINT = (
    "Write NAME:->MODULE[|None][,unique][,restrict|,cascade|,set_null], such as link:->links: the "
    "field is called link_id then."
)
DELETING: Final = {"restrict": "RESTRICT", "cascade": "CASCADE", "set_null": "SET NULL"}
"""What becomes of a row when the one that it refers to is deleted, as typed and in SQL."""

_WHOLE = re.compile(
    r"\s*->\s*(?P<module>[^\s|,=]*)\s*(?P<none>\|\s*None\b)?\s*"
    r"(?P<flags>(?:,[^,=]*)*)(?P<default>=.*)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a field refers to: the rows of `module`, whose table has that name too.

    `name` is the field without its `_id`, `on_delete` what SQL calls the choice. The rows of an
    `owned` one have owners.
    """

    name: str
    module: str
    on_delete: str
    nullable: bool = False
    unique: bool = False
    owned: bool = False

    @property
    def field(self) -> str:
        """The name of the field and of its column."""
        return f"{self.name}_id"


def relations_of(texts: Iterable[str]) -> tuple[Relation, ...]:
    """Give what fields refer to, as they were typed; raises UsageError for what cannot be."""
    read = (read_relation(text)[0] for text in texts)
    return tuple(relation for relation in read if relation)


def read_relation(text: str) -> tuple[Relation | None, str]:
    """Give what a field refers to, and the field as one of its type: `link_id:UUID`.

    A field that refers to nothing stays as it was typed. Raises UsageError for a relation that
    cannot be.
    """
    typed, colon, rest = text.partition(":")
    if not colon or not rest.lstrip().startswith("->"):
        return None, text
    shown, match = ascii(text)[1:-1], _WHOLE.fullmatch(rest)
    if match is None or not is_part_name(match["module"]):
        raise UsageError(f"The field {shown} names no module to refer to.", HINT)
    flags = [flag.strip() for flag in match["flags"].split(",")[1:]]
    if unknown := [flag for flag in flags if flag not in {"unique", *DELETING}]:
        raise UsageError(f"The field {shown} has the flag `{unknown[0]}`, which it cannot.", HINT)
    chosen = [flag for flag in flags if flag in DELETING]
    if len(chosen) > 1:
        problem = f"The field {shown} says {' and '.join(chosen)}."
        raise UsageError(problem, "Choose what becomes of a row when the other one is deleted.")
    if "set_null" in chosen and not match["none"]:
        problem = f"The field {shown} cannot become null."
        raise UsageError(problem, "Add |None before the flags, or choose another one.")
    if match["default"] and (match["default"][1:].strip() != "None" or not match["none"]):
        problem = f"The field {shown} has a default: no row is there for sure."
        raise UsageError(problem, "Leave it out; one that may be null can have None.")
    name = typed.strip().removesuffix("_id")
    nullable = "|None" if match["none"] else ""
    unique = ",unique" if "unique" in flags else ""
    on_delete = DELETING[chosen[0] if chosen else "restrict"]
    relation = Relation(name, match["module"], on_delete, bool(nullable), bool(unique))
    return relation, f"{relation.field}:UUID{nullable}{unique}{match['default'] or ''}"
