"""`fastforge new`: create, set up and verify a project."""

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[str, typer.Argument(help="The name of the project and of its folder.")],
    *,
    description: Annotated[str | None, typer.Option(help="What the service does.")] = None,
    author: Annotated[str | None, typer.Option(help="Who is responsible for it.")] = None,
    database: str = "sqlite",
    jobstore: str = "database",
    metrics: bool = True,
    docker: bool = True,
    ci: str = "github",
    examples: Annotated[bool, typer.Option("--examples/--bare")] = True,
    python: str | None = None,
    timezone: str = "UTC",
    yes: Annotated[bool, typer.Option("--yes", "-y")] = False,
    verify: Annotated[bool, typer.Option("--verify/--no-verify")] = True,
    git: Annotated[bool, typer.Option("--git/--no-git")] = True,
    folder: Annotated[Path, typer.Option("--project", "-C")] = Path(),
) -> None:
    """Create a FastAPI project, set it up and verify it."""
    from fastforge.answers import (  # noqa: PLC0415
        ProjectAnswers,
        default_description,
        default_python,
    )
    from fastforge.plan import merged, plan_files  # noqa: PLC0415
    from fastforge.record import record_of  # noqa: PLC0415
    from fastforge.render import render  # noqa: PLC0415
    from fastforge.staging import create_folder  # noqa: PLC0415

    answers = ProjectAnswers(
        name=name,
        description=description or default_description(),
        author=author or f"The {name} developers",
        database=database,
        jobstore=jobstore,
        metrics=metrics,
        docker=docker,
        ci=ci,
        examples=examples,
        python=python or default_python(),
        timezone=timezone,
    )
    tree = render("project", answers.context())
    record = record_of("project", answers.name, answers.as_dict(), tree)
    whole = merged(tree, {record.path: record.content()})
    target = folder / name
    plan = plan_files(whole, target)
    plan.refuse_conflicts("Choose another name, or remove the folder.")
    if plan.pending:
        create_folder(whole, target)
    typer.echo(f"{len(plan.pending)} files written to {target}")
