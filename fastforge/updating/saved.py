"""What an update keeps until the next one: what was there before, and what is left to write.

It is one file, `.fastforge/update/state.json`, that git ignores. It is written and removed in the
same transaction as the files themselves, so it says what is so after a kill too.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastforge.changes.plan import Action, Plan
from fastforge.changes.staging import make_executable
from fastforge.changes.transaction import apply
from fastforge.errors import ConflictError, FastforgeError
from fastforge.project.paths import check_path, inside, read_bounded
from fastforge.project.record import FOLDER, digest
from fastforge.updating.outcome import Outcome, ordinary_file, plan_of

_STATE, IGNORE = f"{FOLDER}/update/state.json", f"{FOLDER}/update/.gitignore"
IGNORED = b"*\n"
NOTHING_KEPT: dict[str, bytes | None] = {_STATE: None, IGNORE: None}
"""What takes it away again."""
_LARGEST = 100_000_000
_ALSO = ("uv.lock",)
"""What the environment's set-up changes afterwards."""


@dataclass(frozen=True, slots=True)
class Saved:
    """An update that was written: `before` and `finish` are files, None where there is none.

    `written` are the digests of what it wrote, `conflicts` the files that a person has to look at,
    `executable` those that could be run before, `solved` those that were edited until it ended,
    `parts` the records of all parts that there were.
    """

    old: str
    new: str
    before: Mapping[str, bytes | None]
    written: Mapping[str, str | None]
    finish: Mapping[str, bytes | None]
    conflicts: tuple[str, ...]
    executable: tuple[str, ...] = ()
    solved: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def content(self) -> bytes:
        """Give it as JSON."""
        data = {
            "from": self.old,
            "to": self.new,
            "before": {path: _text(content) for path, content in self.before.items()},
            "written": dict(self.written),
            "finish": {path: _text(content) for path, content in self.finish.items()},
            "conflicts": list(self.conflicts),
            "executable": list(self.executable),
            "solved": list(self.solved),
            "parts": list(self.parts),
        }
        return json.dumps(data).encode()


def saved(root: Path) -> Saved | None:
    """Read what the last update kept; raises FastforgeError if it is something else."""
    try:
        content = read_bounded(inside(root, _STATE), _LARGEST)
    except FileNotFoundError:
        return None
    try:
        data: dict[str, Any] = json.loads(content)
        found = Saved(
            old=_version(data["from"]),
            new=_version(data["to"]),
            before={path: _bytes(text) for path, text in data["before"].items()},
            written=dict(data["written"]),
            finish={path: _bytes(text) for path, text in data["finish"].items()},
            conflicts=tuple(map(str, data["conflicts"])),
            executable=tuple(map(str, data["executable"])),
            solved=tuple(map(str, data["solved"])),
            parts=tuple(map(str, data["parts"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        problem = f"{root / _STATE} is not what an update of fastforge wrote."
        raise FastforgeError(problem, "Remove it, and look at the project's history.") from error
    named = (found.written, found.conflicts, found.executable, found.solved, found.parts)
    for paths in (found.before, found.finish, *named):
        for path in paths:
            check_path(path)
    return found


def under_way(root: Path) -> Saved | None:
    """Give the update that waits for its conflicts to be solved, if one does."""
    found = saved(root)
    return found if found and found.finish else None


def refuse_under_way(root: Path) -> None:
    """Raise ConflictError if an update waits for its conflicts to be solved."""
    if waiting := under_way(root):
        problem = f"The update from {waiting.old} to {waiting.new} is not finished."
        hint = "Solve its conflicts, then: fastforge update --continue (or --abort)"
        raise ConflictError(problem, hint)


def write(outcome: Outcome) -> None:
    """Write an outcome and what undoes it, all or nothing."""
    plan = outcome.plan
    changed = {change.path: change.before for change in plan.pending}
    links = (path for path in _ALSO if (outcome.root / path).is_symlink())
    other = set(_ALSO) - changed.keys() - set(links)
    also = {path: ordinary_file(outcome.root, path) for path in other}
    runs = frozenset(path for path in changed if os.access(outcome.root / path, os.X_OK))
    kept = Saved(
        old=outcome.before,
        new=outcome.after,
        before={**changed, **also},
        written={c.path: digest(c.after) if c.after is not None else None for c in plan.pending},
        finish=outcome.finish if outcome.conflicts else {},
        conflicts=outcome.conflicts,
        executable=tuple(sorted(runs)),
        parts=tuple(records_in(outcome.root)),
    )
    apply(with_state(plan, kept))
    created = {change.path for change in plan.pending if change.action is Action.CREATE}
    moved = {told.path for told in outcome.told if told.other in runs}
    make_executable(outcome.root, created & (outcome.executable | moved))


def records_in(root: Path) -> list[str]:
    """Give the paths of the records of all parts that a project has now."""
    return sorted(path.relative_to(root).as_posix() for path in (root / FOLDER).glob("*s/*.yml"))


def with_state(plan: Plan, kept: Saved) -> Plan:
    """Add to a plan what is kept of an update."""
    own = plan_of(plan.target, {IGNORE: IGNORED, _STATE: kept.content()})
    return Plan(plan.target, plan.changes + own.changes)


def _version(text: object) -> str:
    if not (isinstance(text, str) and text.isprintable()):
        raise ValueError("no version")
    return text


def _text(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)
