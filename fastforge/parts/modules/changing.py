"""Other answers for a module that is there, as far as its table stays as it is."""

from collections.abc import Mapping

from fastforge.errors import UsageError
from fastforge.parts.modules.module import ModuleAnswers
from fastforge.parts.modules.place import answer
from fastforge.project.project import Project


def changed(
    project: Project, before: Mapping[str, object], given: Mapping[str, object]
) -> ModuleAnswers:
    """Give the answers of a module with those that are `given`, which are not None.

    Raises UsageError for what cannot be, or if nothing is given.
    """
    new = {name: value for name, value in given.items() if value is not None}
    if not new:
        raise UsageError("Nothing to change was given.", "Say what: --routes list,get,create.")
    old = ModuleAnswers.from_dict(before)
    return answer(project, {**old.as_dict(), **_as_given(old), **new})


def _as_given(old: ModuleAnswers) -> dict[str, object]:
    """Give the answers that are typed in another way than they are saved."""
    lists = {name: getattr(old, name) for name in ("fields", "filters", "sorts", "searched")}
    return {**lists, "routes": ",".join(old.routes)}
