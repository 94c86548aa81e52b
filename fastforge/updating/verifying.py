"""Checking a project of ours after an update, as `new` does, or wholly."""

from pathlib import Path
from typing import TYPE_CHECKING

from fastforge.project.project import read_project

if TYPE_CHECKING:
    from fastforge.verify.report import Report


def check(root: Path, *, full: bool, as_json: bool) -> "Report":
    """Set up and check the project in `root`, and show what failed."""
    from fastforge.environment.uv import set_up
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import show_problems, watch
    from fastforge.verify.running import chosen, verify

    project = read_project(root)
    with Progress(quiet_stdout=as_json) as progress:
        with progress.step("environment") as words:
            words.append(set_up(root))
        report = verify(project, chosen(full=full), watch(progress))
    show_problems(project, report)
    return report
