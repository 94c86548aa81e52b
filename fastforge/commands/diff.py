"""`fastforge diff`: what was changed in a project since fastforge made it."""

from pathlib import Path
from typing import Annotated

import typer

from fastforge.commands.options import JsonOption, ProjectOption, TrustOption


def diff(
    *,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    names: Annotated[
        bool, typer.Option("--names", help="Only the files, and whether they are edited or gone.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what you changed since fastforge made the project."""
    import sys

    from fastforge.changes.opening import opened_to_write
    from fastforge.terminal.console import note, say, say_json
    from fastforge.updating.drift import UNSURE, drift

    opened = opened_to_write(project, reads_only=True, trusts=trust)
    found = drift(opened)
    if as_json:
        say_json({"project": str(opened.root), "files": found.as_json(), "unsure": found.unsure})
    elif names:
        for path, state in found.states.items():
            say(f"{state:7} {path}")
    else:
        sys.stdout.write(found.plan.diff())
    if found.unsure:
        note(f"note: {UNSURE.format(', '.join(found.unsure))}")
