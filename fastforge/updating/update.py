"""An update of a project that fastforge made: from its records to an outcome, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from fastforge.errors import UsageError
from fastforge.merging.merge import Fate, Told, merge
from fastforge.parts.guards import NONE
from fastforge.project.project import Project
from fastforge.project.record import Record, digest
from fastforge.project.trust import templates_for
from fastforge.render import Tree
from fastforge.updating import history
from fastforge.updating.absent import left_out
from fastforge.updating.imports import lost_imports
from fastforge.updating.news import News, read_dotenv
from fastforge.updating.notes import notes_between
from fastforge.updating.outcome import Outcome
from fastforge.updating.renamed import renamed_modules, under_new_names
from fastforge.updating.settings import settings_in
from fastforge.updating.sides import Side, as_in, as_recorded, base_of, records_of
from fastforge.updating.taken import hidden, taken
from fastforge.updating.versions import chosen, mixed, oldest
from fastforge.updating.yours import read_yours, refuse_unseen

_DATA = {
    "database": "Data stays where it is. DATABASE_URL must name the new database; see docs, From "
    "SQLite to PostgreSQL.",
    "jobstore": "Next due times stay where they are; jobs are due again from the next start on.",
    "auth": "Clients must say who they are in the new way; with none, whoever reaches the service "
    "may use all routes but those of operators. See README.md, Who may call what.",
    "engine": "Jobs and tasks run where you start it: with an engine, start its workers too.",
}
_OUT = "Left out, since the folder or the part that they belong to is not where it was: {}"
_RENAMED = "The module {} is modules/{} in your project, and is updated there."
_UNSURE = (
    "No render gives {} as it was made: another build of fastforge made it, or answers in "
    ".fastforge were edited by hand. Look at what became of it."
)


def prepare(
    project: Project,
    wanted: str | None,
    changed: Mapping[str, object],
    parts: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> Outcome:
    """Work out the update of a project to the version `wanted`, with `changed` answers.

    `parts` has the new answers of parts, by the paths of their records. Without a version it is the
    installed one. Raises UsageError for what cannot be, ConflictError if a file that it needs is no
    ordinary one.
    """
    records = records_of(project)
    version = chosen(wanted, records)
    old = as_recorded(project, records)
    asked = [replace(one, answers=parts.get(one.path, one.answers)) for one in records]
    new = as_in(version, project, asked, {**project.record.answers, **changed})
    _refuse_without_callers(new.records)
    named = {path for record in (*records, *new.records) for path in record.digests}
    yours = read_yours(project.root, named)
    names = renamed_modules(old, yours)
    old, new = under_new_names(old, names), under_new_names(new, names)
    base, unsure = base_of(project, old, yours)
    theirs = _without_gone(project, version, new, base, yours)
    if "database" not in changed:  # a new database has no history
        theirs = history.keep_applied(base, yours, theirs)
    out = left_out(base, yours, theirs, old.records, new.records)
    kept = {path: text for path, text in theirs.items() if path not in out}
    merged = merge(base, yours, kept, f"fastforge {version}")
    moved = history.own_moved(base, yours, theirs)
    files = {**merged.files}
    for path, place in moved.items():
        files |= {path: None, place: yours[path]}
    files |= history.joining(yours, _applied(yours, files), version, templates_for(project, "join"))
    refuse_unseen(project.root, files, yours)
    first = oldest(record.version for record in records)
    answers = new.records[0].answers
    news = News(
        answers={name: value for name, value in answers.items() if name not in records[0].answers},
        settings=settings_in(theirs) - settings_in(base),
        gone=settings_in(base) - settings_in(theirs),
        dotenv=read_dotenv(project.root),
    )
    return Outcome(
        root=project.root,
        before=first,
        after=version,
        files=files,
        finish=_recorded(new.records, theirs),
        told=(*merged.told, *(Told(place, Fate.MOVED, path) for path, place in moved.items())),
        conflicts=tuple(told.path for told in merged.conflicts),
        notes=(
            *mixed(records),
            *(_RENAMED.format(old, now) for old, now in names.items()),
            *notes_between(first, version, answers),
            *news.sentences(),
            *(_DATA[name] for name in _DATA if name in changed),
            *taken(new.records),
            *hidden(yours, _applied(yours, files)),
            *lost_imports(yours, _applied(yours, files), theirs, project.package.name),
            *([_OUT.format(", ".join(sorted(out)))] if out else []),
            *([_UNSURE.format(", ".join(unsure))] if unsure else []),
        ),
        facts={**news.as_json(), "changed_answers": dict(changed)},
    )


def _refuse_without_callers(records: Sequence[Record]) -> None:
    """Raise UsageError if rows of a module belong to callers whom the project would not know."""
    if records[0].answers.get("auth") != NONE:
        return
    for record in records:
        if record.kind == "module" and record.answers.get("owned"):
            problem = f"Rows of {record.name} belong to callers, and with auth=none nobody knows"
            raise UsageError(f"{problem} who calls.", "Keep auth, or remove that module first.")


def _without_gone(
    project: Project, version: str, new: Side, base: Tree, yours: Tree
) -> dict[str, bytes]:
    """Give the new files, their revisions without those that the project has removed."""
    gone = history.ids(base) - history.ids(yours)
    if not gone & history.parents(new.tree) or not new.records[0].answers.get("examples"):
        return dict(new.tree)
    answers = {**new.records[0].answers, "examples": False}  # the example of a table was removed
    bare = as_in(version, project, (project.record,), answers).tree
    return {**new.tree, **history.without(gone, new.tree, bare)}


def _applied(yours: Tree, files: Mapping[str, bytes | None]) -> dict[str, bytes]:
    whole = {**yours, **files}
    return {path: text for path, text in whole.items() if text is not None}


def _recorded(new: Sequence[Record], theirs: Tree) -> dict[str, bytes | None]:
    """Give the new records, with the files as the new version has them in this project."""
    records = (
        replace(record, digests={path: digest(theirs[path]) for path in record.digests})
        for record in new
    )
    return {record.path: record.content() for record in records}
