"""What `remove-*` does: the exact undo of `add-*`, refused where the user edited."""

import sys
from dataclasses import dataclass

from fastforge.changes.plan import Plan, plan_removal
from fastforge.changes.transaction import apply
from fastforge.errors import ConflictError, UsageError
from fastforge.parts.examples import TOGETHER, example, examples, together
from fastforge.parts.part import saved
from fastforge.parts.uses import importers
from fastforge.project.project import Project
from fastforge.project.record import Record
from fastforge.terminal.console import note, say, say_json

STAYS = {
    "job": "The runs of {name} stay in the ledger until they are pruned.",
    "task": "The runs of {name} stay in the ledger until they are pruned; those that wait are kept "
    "but not run.",
    "module": "The module {name} has no table.",
}
_REMOVE_FIRST = "Remove that first, or remove it all the same with --force."


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalWishes:
    """How to remove; with `dry_run` or `diff` nothing is written, with `yes` nothing is asked.

    `drop` is the name of a table that may go though it is in use.
    """

    force: bool = False
    yes: bool = False
    drop: str | None = None
    dry_run: bool = False
    diff: bool = False
    as_json: bool = False


def remove(project: Project, kind: str, name: str, wishes: RemovalWishes) -> None:
    """Remove a job, a task, or a module without a table, that fastforge made.

    Raises UsageError if there is none, ConflictError if one of its files was edited.
    """
    record = require_record(project, kind, name)
    plan = plan_removal(record, project.root, force=wishes.force)
    carry_out(project, record, plan, STAYS[kind].format(name=name), wishes)


def carry_out(
    project: Project, record: Record, plan: Plan, stays: str, wishes: RemovalWishes
) -> None:
    """Apply a removal as wished and tell about it; raises ConflictError if a file was edited."""
    gone = removed_by(plan)
    places = list(importers(project, record.kind, record.name, gone))
    if example(project, record.kind, record.name) == record:
        parts = together(record.kind, record.name)
        places = sorted({place for part in parts for place in importers(project, *part, gone)})
        _refuse_importers(record, places, wishes)
    if not (wishes.dry_run or wishes.diff):
        refuse_edited(plan)
        apply(plan)
    if wishes.as_json:
        dry = wishes.dry_run or wishes.diff
        say_json(_facts(project, record, plan, stays, places, dry=dry))
    elif wishes.diff:
        sys.stdout.write(plan.diff())
    else:
        _tell(plan, places, [stays, "Nothing was removed."] if wishes.dry_run else [stays])
    refuse_edited(plan)


def require_record(project: Project, kind: str, name: str) -> Record:
    """Give the record of a part; raises UsageError if fastforge did not add it."""
    record = saved(project, kind, name) or example(project, kind, name)
    if record is None:
        known = [*(part.name for part in project.parts(kind)), *examples(project, kind)]
        hint = f"It added: {', '.join(known)}." if known else f"It has added no {kind} yet."
        raise UsageError(f"There is no {kind} {name!a} that fastforge added.", hint)
    return record


def _refuse_importers(record: Record, places: list[str], wishes: RemovalWishes) -> None:
    """Raise ConflictError if what stays imports an example: its own files are known, yours not."""
    if len(together(record.kind, record.name)) > 1:
        note(f"note: {TOGETHER}")
    if places and not wishes.force:
        problem = f"{', '.join(places)} imports {record.name}. Nothing was removed."
        raise ConflictError(problem, _REMOVE_FIRST)


def removed_by(plan: Plan) -> frozenset[str]:
    """Give the files that are not there any more once a plan is carried out."""
    return frozenset(change.path for change in plan.changes if change.after is None)


def refuse_edited(plan: Plan) -> None:
    """Raise ConflictError that lists the files which were edited since they were written."""
    if plan.conflicts:
        edited = ", ".join(change.path for change in plan.conflicts)
        problem = f"Edited since fastforge wrote it: {edited}. Nothing was removed."
        raise ConflictError(problem, "Remove it all the same with --force.")


def _tell(plan: Plan, places: list[str], said: list[str]) -> None:
    for change in plan.changes:
        say(f"{'gone' if change.action == 'unchanged' else change.action.value}  {change.path}")
    for place in places:
        note(f"note: {place} imports it.")
    for sentence in said:
        say(sentence)


def _facts(  # noqa: PLR0913, PLR0917 (all of what JSON holds)
    project: Project, record: Record, plan: Plan, stays: str, places: list[str], dry: bool
) -> dict[str, object]:
    return {
        "project": str(project.root),
        "kind": record.kind,
        "name": record.name,
        "files": plan.as_json(),
        "imported_by": places,
        "stays": stays,
        **({"dry_run": True} if dry else {}),
    }
