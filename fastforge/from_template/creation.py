"""A new project from a template: rendered into a folder of its own, shown, and put in its place."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastforge.changes.plan import Plan, merged, plan_files
from fastforge.changes.staging import (
    explained,
    make_executable,
    remove_empty,
    stage_in,
    sweep,
)
from fastforge.changes.transaction import apply, recover
from fastforge.errors import UsageError
from fastforge.from_template.copies import NOTHING_WRITTEN, Copy, Work, copier
from fastforge.from_template.source import Source
from fastforge.parts.project.creation import refuse_other_contents
from fastforge.parts.project.target import check_target
from fastforge.project.record import FOLDER


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template became, in the folder `staged`, and what putting it in its place would do."""

    staged: Path
    copy: Copy
    plan: Plan

    def put(self) -> None:
        """Put the project into its place: all of it, or nothing. Raises OSError."""
        target = self.plan.target
        if not self.plan.pending:
            return
        if not target.exists():
            self.staged.rename(target)
            return
        try:  # into the folder itself: somebody may be in it, or a repository
            apply(self.plan)
        finally:
            remove_empty(target / FOLDER)
        make_executable(target, self.copy.executable)
        for path, leads in self.copy.links.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).symlink_to(leads)


@contextmanager
def rendered(
    source: Source, data: Mapping[str, Any], target: Path, *, trust: bool, beside: bool
) -> Iterator[Rendered]:
    """Render a template for the folder `target`: beside it, or in the folder for temporary files.

    Raises ConflictError if something else is in the place, UsageError for what Copier refuses,
    SetupError for an OSError in the context too.
    """
    with explained(f"{target} cannot be read"):
        check_target(target)
        if target.exists():  # a run that was killed
            recover(target)
            remove_empty(target / FOLDER)
    with explained(f"{target} cannot be written"), _stage(target, beside=beside) as stage:
        staged = stage / target.name
        copy = copier("copied", Work(source, data, staged, trust))
        if not copy.files:
            raise UsageError("The template makes no files with these answers.", NOTHING_WRITTEN)
        plan = plan_files(merged(copy.files), target)
        refuse_other_contents(plan)
        yield Rendered(staged, copy, plan)


@contextmanager
def _stage(target: Path, *, beside: bool) -> Iterator[Path]:
    prefix = f".{target.name}.fastforge-"
    if beside:
        sweep(target.parent, prefix)
        with stage_in(target.parent, prefix) as stage:
            yield stage
    else:
        with tempfile.TemporaryDirectory(prefix="fastforge-") as folder:
            yield Path(folder)
