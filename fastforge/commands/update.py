"""`fastforge update`: bring a project to the installed version's templates, or to other answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastforge.commands.options import (
    DiffOption,
    DryRunOption,
    FullOption,
    JsonOption,
    ProjectOption,
    TrustOption,
    VerifyOption,
)

if TYPE_CHECKING:
    from fastforge.verify.report import Report


def update(
    *,
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The version; the installed one.")
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another answer: metrics=false."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if there is an update.")
    ] = False,
    go_on: Annotated[
        bool, typer.Option("--continue", help="Finish an update whose conflicts are solved.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Put back all files as they were before the update.")
    ] = False,
    project: ProjectOption = Path(),
    trust: TrustOption = False,
    verify: VerifyOption = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Update a project to the installed version, keeping all that you wrote."""
    from fastforge.changes.opening import opened_to_write
    from fastforge.updating.carrying import Wishes, aborted, carry_out, checked, continued
    from fastforge.updating.changed import changed_answers
    from fastforge.updating.saved import refuse_under_way
    from fastforge.updating.update import prepare
    from fastforge.updating.verifying import check as check_project

    _refuse_together({"--check": check, "--continue": go_on, "--abort": abort})
    opened = opened_to_write(project, reads_only=dry_run or diff or check, trusts=trust)
    root = opened.root

    def verification() -> "Report | None":
        return check_project(root, full=full, as_json=as_json) if verify else None

    wishes = Wishes(dry_run=dry_run, diff=diff, as_json=as_json)
    if abort:
        aborted(root, wishes)
    elif go_on:
        continued(root, wishes, verification)
    else:
        refuse_under_way(root)
        outcome = prepare(opened, to, changed_answers(answers or (), opened.record.answers))
        if check:
            checked(outcome, wishes)
        else:
            carry_out(outcome, wishes, verification)


def _refuse_together(options: dict[str, bool]) -> None:
    from fastforge.errors import UsageError

    given = [name for name, is_given in options.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} cannot go together.", "Give one of them.")
