"""Getting the answers of a new task: from flags, from a person, from defaults."""

from collections.abc import Mapping

from fastforge.errors import UsageError
from fastforge.names import check_part_name


def complete(given: Mapping[str, object]) -> dict[str, object]:
    """Give the answers with a name; raises UsageError if it is missing and nobody can be asked."""
    answers = {name: value for name, value in given.items() if value is not None}
    if "name" not in answers:
        problem = "Missing: name; there is no terminal to ask at."
        hint = "Type it all: fastforge add-task send_invoice --param email:EmailStr"
        raise UsageError(problem, hint)
    check_part_name("task", str(answers["name"]))
    return answers
