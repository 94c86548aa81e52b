"""What `update` does with an outcome: tell, write, verify; and the same when it is continued."""

import shlex
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastforge import __version__
from fastforge.changes.plan import Action
from fastforge.environment.git import ignored
from fastforge.errors import ConflictError, FastforgeError, VerificationError
from fastforge.merging.merge import Fate, Told
from fastforge.project.record import PROJECT_RECORD
from fastforge.terminal.console import note, say, say_json
from fastforge.updating import ending, saved
from fastforge.updating.news import typed
from fastforge.updating.outcome import Outcome
from fastforge.updating.yours import refuse_uncommitted

if TYPE_CHECKING:
    from fastforge.verify.report import Report

Verify = Callable[[], "Report | None"]
"""Checks the folder as it is now; None if there is nothing to check."""

_FATES = {
    Fate.CONFLICT: "conflict  {0.path}: your lines and the new ones are between markers",
    Fate.UNMERGED: "conflict  {0.path}: it stays as you have it; the new version has another",
    Fate.KEPT_DELETED: "deleted   {0.path}: you deleted it, so it stays so",
    Fate.KEPT: "kept      {0.path}: you edited or renamed it; the new version does without it",
    Fate.FOLLOWED: "followed  {0.other}: it is {0.path} in your project",
    Fate.MOVED: "moved     {0.other} to {0.path}",
}
_ACTIONS = (Action.CREATE, Action.REPLACE, Action.REMOVE)
_FEW = 20
"""So many files are named when they are written; of more, only those with a fate of their own."""
_IN_THE_WAY = "conflict  {0.path}: it is left out, since {0.other} of yours is in the way"
_SOLVE = "Edit what is between the markers, then: fastforge update --continue (or --abort)"
_IGNORED = "git ignores {}: only --abort has that as it was."
_LOOK = "Put into them what you want, then: fastforge update --continue (or --abort)"
UNDO = "Undo: fastforge update --abort"
_ABORTED = (
    "The environment is not: uv sync. Nor is a database that was migrated, and Alembic cannot take "
    "it back without the new revisions: restore a backup, or update again and go back there first."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What to do with an outcome; with `dry_run` or `diff` nothing is written."""

    dry_run: bool = False
    diff: bool = False
    as_json: bool = False


def carry_out(
    outcome: Outcome, wishes: Wishes, verify: Verify, unedited: Collection[str] = ()
) -> None:
    """Tell, write and verify an outcome as wished; git need not know what is `unedited`.

    Raises ConflictError if conflicts are left, or git has not seen what would be overwritten;
    VerificationError if a check fails.
    """
    dry = wishes.dry_run or wishes.diff
    facts = _facts(outcome, dry=dry)
    writes = not dry and not outcome.is_nothing
    concerned = {change.path for change in outcome.plan.pending} - {*unedited}
    if writes:
        _refuse_in_the_way(outcome)
        refuse_uncommitted(outcome.root, concerned)
    if wishes.diff and not wishes.as_json:
        sys.stdout.write(outcome.plan.diff())
    elif not wishes.as_json:
        _tell(outcome, whole=wishes.dry_run)
    if writes:
        saved.write(outcome)
    report = verify() if writes and not outcome.conflicts else None
    if wishes.as_json:
        say_json({**facts, "verification": report.as_json() if report else None})
    elif writes and not outcome.conflicts:
        say(UNDO)
    if dry:
        _refuse_in_the_way(outcome)
        refuse_uncommitted(outcome.root, concerned)
    if outcome.conflicts:
        _end_in_conflict(outcome, dry=dry)
    _require(outcome.root, report)


def checked(outcome: Outcome, wishes: Wishes) -> None:
    """Tell whether there is an update; raises FastforgeError (exit code 1) if there is."""
    if wishes.as_json:
        say_json(_facts(outcome, dry=True))
    elif outcome.is_nothing:
        say(f"Up to date: {outcome.after}.")
    if not outcome.is_nothing:
        problem = f"There is an update: {outcome.before} to {outcome.after}."
        if outcome.before == outcome.after:
            problem = f"The project is not what {outcome.after} makes of its answers."
        raise FastforgeError(problem, "See what it does: fastforge update --dry-run")


def continued(root: Path, wishes: Wishes, verify: Verify) -> None:
    """Finish an update whose conflicts are solved, and verify the project.

    Raises ConflictError while markers are left, VerificationError if a check fails.
    """
    done = ending.finish(root)
    if not wishes.as_json:
        say(f"{root.name}: {_way(done.old, done.new)} is finished.")
    report = verify()
    if wishes.as_json:
        say_json(_ended(root, done, report))
    else:
        say(UNDO)
    _require(root, report)


def aborted(root: Path, wishes: Wishes) -> None:
    """Put back what the last update changed; raises ConflictError if that was edited since."""
    undone, kept = ending.abort(root)
    if wishes.as_json:
        say_json({**_ended(root, undone, None), "kept": kept})
        return
    say(f"{root.name}: all files are as they were before the update to {undone.new}.")
    if kept:
        say(f"What you wrote since is kept: {', '.join(kept)}")
    if (root / PROJECT_RECORD).is_file():
        say(_ABORTED)


def _ended(root: Path, update: saved.Saved, report: "Report | None") -> dict[str, object]:
    return {
        "project": str(root),
        "from": update.old,
        "to": update.new,
        "files": sorted(update.written),
        "verification": report.as_json() if report else None,
    }


def _require(root: Path, report: "Report | None") -> None:
    if report and not report.passed:
        failed = [outcome.check for outcome in report.outcomes if not outcome.finding.passed]
        problem = f"The update is written, and verification failed: {', '.join(failed)}."
        again = shlex.join(["fastforge", "verify", "-C", str(root)])
        if not (root / PROJECT_RECORD).is_file():  # of somebody else's template
            again = f"cd {shlex.quote(str(root))} && {report.outcomes[0].command}"
        raise VerificationError(problem, f"When it is mended: {again}. {UNDO}")


def _refuse_in_the_way(outcome: Outcome) -> None:
    """Raise ConflictError if the new version needs a place that something of the user's has."""
    ways = sorted({told.other for told in outcome.told if told.fate is Fate.UNMERGED} - {""})
    if ways:
        problem = f"In the way of new files: {', '.join(ways)}. Nothing was written."
        raise ConflictError(problem, "Move it away, then run the command again.")


def _end_in_conflict(outcome: Outcome, *, dry: bool) -> None:
    count = len(outcome.conflicts)
    files = f"{count} files" if count > 1 else outcome.conflicts[0]
    if dry:
        raise ConflictError(f"There would be conflicts in {files}.", "Nothing was written.")
    marked = any(told.fate is Fate.CONFLICT for told in outcome.told)
    raise ConflictError(f"There are conflicts in {files}.", _SOLVE if marked else _LOOK)


def _way(old: str, new: str) -> str:
    """Say from which version to which; a change of answers stays in one."""
    return f"{old} to {new}" if old != new else f"a change within {new}"


def _tell(outcome: Outcome, *, whole: bool) -> None:
    if outcome.is_nothing:
        say(f"Up to date: {outcome.after}. Nothing was written.")
        return
    say(f"{outcome.root.name}: {_way(outcome.before, outcome.after)}{_other_answers(outcome)}")
    pending = outcome.plan.pending
    there = ignored(outcome.root, [c.path for c in pending if c.action is not Action.CREATE])
    also = [_IGNORED.format(", ".join(sorted(there)))] if there else []
    for text in (*outcome.notes, *also):
        note(f"note: {text}")
    for change in pending if whole or len(pending) <= _FEW else ():
        say(f"{change.action.value:8}  {change.path}")
    for told in sorted(outcome.told, key=_order):
        in_the_way = told.fate is Fate.UNMERGED and told.other
        say((_IN_THE_WAY if in_the_way else _FATES[told.fate]).format(told))
    actions = [change.action for change in pending]
    said = (f"{one.value} {actions.count(one)}" for one in _ACTIONS)
    say(f"files: {', '.join(said)}" + ("; nothing was written." if whole else ""))


def _other_answers(outcome: Outcome) -> str:
    changed = outcome.facts.get("changed_answers")
    if not isinstance(changed, Mapping) or not changed:
        return ""
    return ", " + ", ".join(f"{name}={typed(value)}" for name, value in changed.items())


def _order(told: Told) -> tuple[int, str]:
    return list(_FATES).index(told.fate), told.path


def _facts(outcome: Outcome, *, dry: bool) -> dict[str, object]:
    return {
        "fastforge": __version__,
        "project": str(outcome.root),
        "from": outcome.before,
        "to": outcome.after,
        "up_to_date": outcome.is_nothing,
        "files": [
            {"path": change.path, "action": change.action.value} for change in outcome.plan.pending
        ],
        "told": [
            {"path": told.path, "fate": told.fate.value, "other": told.other or None}
            for told in outcome.told
        ],
        "conflicts": list(outcome.conflicts),
        "notes": list(outcome.notes),
        **outcome.facts,
        **({"dry_run": True} if dry else {}),
    }
