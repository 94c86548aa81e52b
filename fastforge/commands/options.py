"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

DURATION = "30s|5m|2h30m|1d"
"""How a length of time is typed."""

ProjectOption = Annotated[
    Path,
    typer.Option("--project", "-C", metavar="DIR", help="The project, or a folder in it."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")
]
DiffOption = Annotated[
    bool, typer.Option("--diff", help="Show it as a unified diff; write nothing.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Data on stdout as JSON, messages on stderr.")
]
VerifyOption = Annotated[bool, typer.Option("--verify/--no-verify", help="Check what was added.")]
FullOption = Annotated[bool, typer.Option("--full", help="Check the whole project.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Remove edited files too.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Use the project's own templates; it is remembered.")
]
DataOption = Annotated[
    list[str] | None,
    typer.Option("--data", metavar="KEY=VALUE", help="An answer to a question of the template."),
]
DataFileOption = Annotated[
    Path | None,
    typer.Option("--data-file", metavar="FILE", help="Answers in a file of YAML; --data wins."),
]
