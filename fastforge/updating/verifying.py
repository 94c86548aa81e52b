"""Checking a project of ours after an update, as `new` does, or wholly."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fastforge.project.project import read_project

if TYPE_CHECKING:
    from fastforge.verify.report import Report


def check(root: Path, *, full: bool, as_json: bool, sources: Sequence[str] = ()) -> "Report":
    """Set up and check the project in `root`, or only some sources, and show what failed."""
    from fastforge.environment.uv import set_up
    from fastforge.parts.checks import part_checks
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import show_problems, watch
    from fastforge.verify.running import chosen, verify

    project = read_project(root)
    whole = full or not sources
    checks = chosen(full=full) if whole else part_checks(project, sources)
    with Progress(quiet_stdout=as_json) as progress:
        with progress.step("environment") as words:
            words.append(set_up(root))
        report = verify(project, checks, watch(progress))
    show_problems(project, report)
    return report
