"""Removing a module: its files, and its table by what has become of its revision."""

import ast
import os
import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fastforge.changes.plan import Plan, plan_files, plan_removal
from fastforge.errors import ConflictError, UsageError
from fastforge.parts.examples import has_table
from fastforge.parts.modules.consent import require_consent, require_name
from fastforge.parts.modules.module import ModuleAnswers, lines_of_table, new_revision
from fastforge.parts.modules.table_uses import declared_tables, referring, users_of_table
from fastforge.parts.removing import (
    RemovalWishes,
    carry_out,
    refuse_edited,
    remove,
    removed_by,
    require_record,
)
from fastforge.project.project import Project
from fastforge.project.record import Record
from fastforge.project.revisions import (
    Revision,
    folder_of,
    followers,
    forerunners,
    heads,
    read_revisions,
)
from fastforge.project.sources import parse
from fastforge.project.trust import templates_for
from fastforge.render import render
from fastforge.terminal.console import note

_UNMADE = "Its table was never made in this project's database; nothing of it stays."
_DROPPED = "The next migration drops the table {name} with its data: {path}."
_UNKNOWN = (
    "Its revision is no longer there, so the table {name} stays: drop it in a revision of yours."
)
_RENAMED = "Its model is of the table {found}, so nothing is dropped: do it in a revision of yours."


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing a module would do, what is said about its table, and who still uses that."""

    plan: Plan
    stays: str
    users: tuple[str, ...] = ()


def remove_module(project: Project, name: str, wishes: RemovalWishes) -> None:
    """Remove a module that fastforge added.

    Its revision goes with it while it is the last one and was not applied; else a revision that
    drops the table is added, if the user says so. Raises UsageError if there is no such module, or
    nobody to say so, ConflictError if one of its files was edited.
    """
    record = require_record(project, "module", name)
    if not has_table(record):
        remove(project, "module", name, wishes)
        return
    removal = plan_module_removal(project, record, force=wishes.force)
    for place in removal.users:
        note(f"note: {place} uses the table {name}.")
    if not (wishes.dry_run or wishes.diff):
        refuse_edited(removal.plan)
        if removal.users:
            require_name(project, name, removal.users, wishes)
        elif adds_revision(removal.plan):
            require_consent(project, name, wishes)
    carry_out(project, record, removal.plan, removal.stays, wishes)


def plan_module_removal(project: Project, record: Record, *, force: bool) -> Removal:
    """Plan to remove a module."""
    answers = ModuleAnswers.from_dict(record.answers)
    if answers.name != record.name:
        raise UsageError(f"The record of {record.name} has the answers of {answers.name}.")
    revisions = read_revisions(project)
    own = next((revision for revision in revisions if revision.id == answers.revision), None)
    plan = plan_removal(record, project.root, force=force)
    gone = removed_by(plan)
    if own is None:
        return Removal(plan, _UNKNOWN.format(name=answers.name))
    path = own.path.relative_to(project.root).as_posix()
    kept = tuple(change for change in plan.changes if change.path != path)
    tables = declared_tables(project, gone)
    if tables and answers.name not in tables:
        said = _RENAMED.format(found=", ".join(sorted(tables)))
        return Removal(Plan(project.root, kept), said)
    ours = project.record.digests
    after = followers(revisions, own)
    places = {one.path.relative_to(project.root).as_posix(): one for one in after}
    changes = {path for path, one in places.items() if one.id in answers.altered}
    later = [one for path, one in places.items() if path not in {*ours, *changes}]
    earlier = forerunners(revisions, own)
    before = {one.path.relative_to(project.root).as_posix() for one in earlier}
    users = tuple(users_of_table(project, answers, {*gone, *changes, *before}, later))
    _refuse_referred_to(project, answers.name, users)
    if path in record.digests and own in heads(revisions) and not is_applied(project, own):
        return Removal(plan, _UNMADE, users)
    dropping = plan_files(_drop(project, answers, revisions, own), project.root)
    said = _DROPPED.format(name=answers.name, path=dropping.changes[0].path)
    return Removal(Plan(project.root, kept + dropping.changes), said, users)


def _refuse_referred_to(project: Project, name: str, users: Collection[str]) -> None:
    """Raise ConflictError if other modules refer to the rows of this one, and still say so."""
    start = f"src/{project.package.name}/modules"
    saying = [
        f"{module} ({', '.join(fields)})"
        for module, fields in referring(project, name).items()
        if any(place.startswith(f"{start}/{module}/") for place in users)
    ]
    if saying:
        problem = f"Rows of other modules refer to {name}: {', '.join(saying)}."
        hint = "Remove these modules first, or drop the fields in a revision and their code."
        raise ConflictError(problem, hint)


def adds_revision(plan: Plan) -> bool:
    """Tell whether a removal adds a revision: the one that drops the table."""
    return any(change.after is not None for change in plan.changes)


def is_applied(project: Project, revision: Revision) -> bool:
    """Tell whether the last revision was applied to the database that the settings name.

    Where that cannot be told, it is taken to be.
    """
    address = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", database_url(project))
    if address is None:
        return True
    path = project.root / address[1]
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error as error:
        return "no such table" not in str(error)
    return (revision.id,) in found


def database_url(project: Project) -> str:
    """Give the address that the project's settings would read; empty if that cannot be told."""
    url = os.environ.get("DATABASE_URL")
    dotenv = project.root / ".env"
    if not url and dotenv.is_file():
        pattern = r"""^\s*(?:export\s+)?DATABASE_URL\s*=\s*["']?([^"'\s#]+)"""
        text = dotenv.read_text("utf-8", errors="replace")
        found = re.findall(pattern, text, re.MULTILINE | re.IGNORECASE)
        url = found[-1] if found else None
    return url or _default_url(project.package / "settings.py")


def _default_url(settings: Path) -> str:
    if not settings.is_file():
        return ""
    for node in ast.walk(parse(settings)):
        match node:
            case ast.AnnAssign(target=ast.Name("database_url"), value=ast.Constant(str(url))):
                return url
    return ""


def _drop(
    project: Project, answers: ModuleAnswers, revisions: tuple[Revision, ...], own: Revision
) -> dict[str, bytes]:
    taken = {revision.id for revision in revisions}
    identity = new_revision(["drop", answers.name, answers.revision], taken)
    parents = sorted(revision.id for revision in heads(revisions))
    made = lines_of_table(answers) if answers.fields else _lines_of_example(own)
    versions = folder_of(project).relative_to(project.root).as_posix()
    named = {"name": answers.name, "versions": versions}
    context = {**named, **made, "revision": identity, "parents": parents}
    return dict(render("module_removal", context, templates_for(project, "module_removal")))


def _lines_of_example(own: Revision) -> dict[str, object]:
    """Give what the revision says of the table that it makes."""
    text = own.path.read_text("utf-8")
    lines: list[str] = []
    for node in ast.walk(parse(own.path)):
        match node:
            case ast.Call(func=ast.Attribute(attr="create_table"), args=[_, *columns]):
                lines += [ast.get_source_segment(text, column) or "" for column in columns]
    return {"table": lines, "indexes": []}
