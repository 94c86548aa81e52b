"""What `remove-*` does: the exact undo of `add-*`, refused where the user edited."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from fastforge.console import note, say, say_json
from fastforge.errors import ConflictError, UsageError
from fastforge.parts.part import saved
from fastforge.plan import Plan, plan_removal
from fastforge.project import Project
from fastforge.record import Record
from fastforge.sources import python_files
from fastforge.transaction import apply

STAYS = {
    "job": "The runs of {name} stay in the ledger until they are pruned.",
    "task": "The runs of {name} stay in the ledger until they are pruned; those that wait are kept "
    "but not run.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalWishes:
    """How to remove; with `dry_run` or `diff` nothing is written, with `yes` nothing is asked."""

    force: bool = False
    yes: bool = False
    dry_run: bool = False
    diff: bool = False
    as_json: bool = False


def remove(project: Project, kind: str, name: str, wishes: RemovalWishes) -> None:
    """Remove a job or task that fastforge added.

    Raises UsageError if there is none, ConflictError if one of its files was edited.
    """
    record = require_record(project, kind, name)
    plan = plan_removal(record, project.root, force=wishes.force)
    carry_out(project, record, plan, STAYS[kind].format(name=name), wishes)


def carry_out(
    project: Project, record: Record, plan: Plan, stays: str, wishes: RemovalWishes
) -> None:
    """Apply a removal as wished and tell about it; raises ConflictError if a file was edited."""
    places = list(mentions(project, record.kind, record.name, plan))
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
    record = saved(project, kind, name)
    if record is None:
        known = [part.name for part in project.parts(kind)]
        hint = f"It added: {', '.join(known)}." if known else f"It has added no {kind} yet."
        raise UsageError(f"There is no {kind} {name!a} that fastforge added.", hint)
    return record


def refuse_edited(plan: Plan) -> None:
    """Raise ConflictError that lists the files which were edited since they were written."""
    if plan.conflicts:
        edited = ", ".join(change.path for change in plan.conflicts)
        problem = f"Edited since fastforge wrote it: {edited}. Nothing was removed."
        raise ConflictError(problem, "Remove it all the same with --force.")


def mentions(project: Project, kind: str, name: str, gone: Plan) -> Iterator[str]:
    """Give the places that import what is removed, as `file:line`."""
    folder = f"{kind}s"
    imports = re.compile(rf"\b{folder}(?:\.{name}\b| import (?:\(\s*)?(?:\w+, )*{name}\b)")
    removed = {change.path for change in gone.changes}
    for path in [*python_files(project.package), *python_files(project.root / "tests")]:
        place = path.relative_to(project.root).as_posix()
        if place in removed:
            continue
        lines = path.read_text("utf-8", errors="replace").splitlines()
        yield from (f"{place}:{n}" for n, line in enumerate(lines, 1) if imports.search(line))


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
