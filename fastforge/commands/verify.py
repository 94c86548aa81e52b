"""`fastforge verify`: tests, lint, types and start-up of a project."""

from pathlib import Path
from typing import Annotated

import typer

from fastforge.commands.options import JsonOption, ProjectOption


def verify(
    project: ProjectOption = Path(),
    *,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Only what `new` waits for: no processes, coverage, mypy."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a project: tests, lint, types, a real start."""
    from fastforge.changes.opening import open_project
    from fastforge.environment.uv import set_up
    from fastforge.terminal.console import say_json
    from fastforge.terminal.progress import Progress
    from fastforge.verify.report import require, show_problems, watch
    from fastforge.verify.running import chosen, verify as run_checks

    opened = open_project(project)
    with Progress(quiet_stdout=as_json) as progress:
        with progress.step("environment") as words:
            words.append(set_up(opened.root))
        report = run_checks(opened, chosen(full=not quick), watch(progress))
    if as_json:
        say_json({"project": str(opened.root), "verification": report.as_json()})
    show_problems(opened, report)
    require(opened, report)
