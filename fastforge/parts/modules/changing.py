"""Other answers for a module that is there, and the revision that its table needs then."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fastforge.errors import UsageError
from fastforge.parts.modules.alteration import alteration
from fastforge.parts.modules.lists import split
from fastforge.parts.modules.module import ModuleAnswers, new_revision, table_of
from fastforge.parts.modules.place import answer
from fastforge.parts.modules.relations import read_relation
from fastforge.parts.places import decimal_of
from fastforge.project.project import Project
from fastforge.project.revisions import folder_of, heads, read_revisions
from fastforge.project.trust import templates_for
from fastforge.render import render

_LISTS = ("filters", "sorts", "searched")
_RENAMING = "Write OLD=NEW, such as --rename-field url=address."


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanges:
    """Fields to add, as typed; names of fields to drop; and `OLD=NEW` for those to rename."""

    added: Sequence[str] = ()
    dropped: Sequence[str] = ()
    renamed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """The new answers of a module, the revision that its table needs, and what is lost by it."""

    answers: ModuleAnswers
    revision: dict[str, bytes] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def changed(
    project: Project,
    before: Mapping[str, object],
    given: Mapping[str, object],
    fields: FieldChanges,
) -> Changed:
    """Give a module with the answers that are `given`, which are not None, and other fields.

    Raises UsageError for what cannot be, or if nothing is given.
    """
    new = {name: value for name, value in given.items() if value is not None}
    if not new and fields == FieldChanges():
        raise UsageError("Nothing to change was given.", "Say what: --routes list,get,create.")
    old = ModuleAnswers.from_dict(before)
    names = _columns(old.fields)
    lost = tuple(_known(names, name) for name in fields.dropped)
    renamed = dict(_renaming(names, text) for text in fields.renamed)
    lists = _lists_of(old, lost, renamed)
    kept = [_called(text, renamed) for text in old.fields if _column(text) not in lost]
    _refuse_taken(names, lost, renamed, fields)
    if not (kept or fields.added):
        problem = "Without these fields the module would have none."
        raise UsageError(problem, f"Add another one, or: fastforge remove-module {old.name}")
    asked = {**old.as_dict(), "routes": ",".join(old.routes), **lists, **new}
    answers = answer(project, {**asked, "fields": (*kept, *fields.added)})
    return _with_revision(project, old, answers, renamed, lost)


def _with_revision(
    project: Project,
    old: ModuleAnswers,
    new: ModuleAnswers,
    renamed: Mapping[str, str],
    lost: tuple[str, ...],
) -> Changed:
    decimal = decimal_of(project)
    tables = table_of(old, decimal), table_of(new, decimal)
    context = alteration(old.name, *tables, renamed, owned=old.owned)
    if context is None:
        return Changed(new)
    revisions = read_revisions(project)
    seed = ["change", old.name, old.revision, *old.altered, list(new.fields)]
    identity = new_revision(seed, {revision.id for revision in revisions})
    context |= {
        "package": project.package.name,
        "versions": folder_of(project).relative_to(project.root).as_posix(),
        "revision": identity,
        "parents": sorted(revision.id for revision in heads(revisions)),
    }
    first = old.first
    answers = replace(
        new,
        made_fields=first.fields,
        made_filters=first.filters,
        made_sorts=first.sorts,
        altered=(*old.altered, identity),
    )
    tree = render("module_change", context, templates_for(project, "module_change"))
    return Changed(answers, dict(tree), lost)


def _column(text: str) -> str:
    return read_relation(text)[1].partition(":")[0].strip()


def _columns(texts: Sequence[str]) -> dict[str, str]:
    """Give the column of each field, by its name and by what it was typed as."""
    typed = {text.partition(":")[0].strip(): _column(text) for text in texts}
    return {**typed, **{column: column for column in typed.values()}}


def _known(names: Mapping[str, str], name: str) -> str:
    if name.strip() in names:
        return names[name.strip()]
    problem = f"The module has no field `{ascii(name)[1:-1]}`."
    raise UsageError(problem, f"Its fields are {', '.join(sorted({*names.values()}))}.")


def _renaming(names: Mapping[str, str], text: str) -> tuple[str, str]:
    old, sign, new = (word.strip() for word in text.partition("="))
    if not sign or not re.fullmatch(r"\w+", new):
        raise UsageError(f"--rename-field {ascii(text)[1:-1]} cannot be read.", _RENAMING)
    column = _known(names, old)
    is_relation = names.get(column.removesuffix("_id")) == column != column.removesuffix("_id")
    return column, f"{new.removesuffix('_id')}_id" if is_relation else new


def _refuse_taken(
    names: Mapping[str, str],
    lost: Sequence[str],
    renamed: Mapping[str, str],
    fields: FieldChanges,
) -> None:
    """Raise UsageError for a field that is named twice, or would get a name that is not free."""
    gone, there = [*lost, *renamed], {*names.values()}
    added = [_column(text) for text in fields.added]
    for name in [*gone, *added, *renamed.values()]:
        times = (*gone, *added).count(name) + [*renamed.values()].count(name)
        if times > 1 or (name in {*added, *renamed.values()} and name in there):
            problem = f"The field `{ascii(name)[1:-1]}` is there, or is named twice."
            raise UsageError(problem, "Choose another name, or change it in two steps.")


def _called(text: str, renamed: Mapping[str, str]) -> str:
    """Give a field as it is typed under its new name."""
    rest = text.partition(":")[2]
    new = renamed.get(_column(text))
    if new is None:
        return text
    return f"{new.removesuffix('_id') if rest.lstrip().startswith('->') else new}:{rest}"


def _lists_of(
    old: ModuleAnswers, lost: Sequence[str], renamed: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Give what the list was asked by, without fields that go, and under their new names."""
    return {
        option: tuple(
            renamed.get(name, name) + word.removeprefix(name)
            for word in split(getattr(old, option))
            if (name := word.rstrip("<>= ")) not in lost
        )
        for option in _LISTS
    }
