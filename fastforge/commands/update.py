"""`fastforge update`: bring a project to the installed version's templates, or to other answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastforge.commands.options import (
    DataOption,
    DiffOption,
    DryRunOption,
    FullOption,
    JsonOption,
    ProjectOption,
)

if TYPE_CHECKING:
    from fastforge.verify.report import Report


def update(
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version to go to; the newest if not given."),
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another answer: metrics=false."),
    ] = None,
    data: DataOption = None,
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
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Use own templates; let another run commands, dry run too."),
    ] = False,
    verify: Annotated[bool, typer.Option("--verify/--no-verify", help="Check the project.")] = True,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring a project up to date, keeping all you wrote.

    A project of another template goes to the newest version of that, with --data for answers.
    """
    from fastforge.changes.opening import opened_to_write, undo_leftovers
    from fastforge.project.copied import enclosing_copy
    from fastforge.updating.carrying import Wishes, aborted, carry_out, checked, continued
    from fastforge.updating.saved import refuse_under_way

    _refuse_together(
        {"--check": check, "--continue": go_on, "--abort": abort},
        {
            "--to": bool(to),
            "--set": bool(answers),
            "--data": bool(data),
            "--dry-run": dry_run,
            "--diff": diff,
        },
    )
    shows = dry_run or diff or check
    copy = enclosing_copy(project)
    _refuse_strange(answers, data, of_copier=copy is not None)
    if copy is None:
        opened = opened_to_write(project, reads_only=shows, trusts=trust)
    else:
        undo_leftovers(copy, writes=not shows)
    root = copy or opened.root

    def verification() -> "Report | None":
        if not verify:
            return None
        if copy is None:
            from fastforge.updating.verifying import check as check_project

            return check_project(root, full=full, as_json=as_json)
        from fastforge.from_template.checking import check_again

        return check_again(root, quiet=as_json)

    wishes = Wishes(dry_run=dry_run, diff=diff, as_json=as_json)
    if abort:
        aborted(root, wishes)
        return
    if go_on:
        continued(root, wishes, verification)
        return
    refuse_under_way(root)
    if copy is None:
        from fastforge.updating.changed import changed_answers
        from fastforge.updating.update import prepare

        outcome = prepare(opened, to, changed_answers(answers or (), opened.record.answers))
    else:
        from fastforge.from_template.data import read_data
        from fastforge.from_template.updating import Wanted, prepare as prepare_copy

        wanted = Wanted(to=to, given=read_data(data or (), None), trust=trust, check=check)
        outcome = prepare_copy(root, wanted)
    if check:
        checked(outcome, wishes)
    else:
        carry_out(outcome, wishes, verification)


def _refuse_strange(answers: list[str] | None, data: list[str] | None, *, of_copier: bool) -> None:
    from fastforge.errors import UsageError

    if of_copier and answers:
        problem = "--set is for projects of fastforge's own template."
        raise UsageError(problem, "Give --data KEY=VALUE.")
    if data and not of_copier:
        problem = "--data is for projects of another template."
        raise UsageError(problem, "Give --set NAME=VALUE.")


def _refuse_together(ways: dict[str, bool], begins: dict[str, bool]) -> None:
    """Raise UsageError for two ways at once, or options of a beginning where an update ends."""
    from fastforge.errors import UsageError

    given = [name for name, is_given in ways.items() if is_given]
    if given and given != ["--check"]:
        given += [name for name, is_given in begins.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} cannot go together.", "Give one of them.")
