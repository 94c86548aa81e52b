"""`fastforge new`: create, set up and verify a project."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastforge.commands.options import (
    DataFileOption,
    DataOption,
    DiffOption,
    DryRunOption,
    JsonOption,
)

if TYPE_CHECKING:
    from fastforge.answers.values import Value

NameArgument = Annotated[str | None, typer.Argument(help="Its name, and that of its folder.")]
IntoOption = Annotated[
    Path, typer.Option("--project", "-C", metavar="DIR", help="The folder to make it in.")
]


def new(
    name: NameArgument = None,
    *,
    description: Annotated[str | None, typer.Option(help="What the service does.")] = None,
    author: Annotated[
        str | None, typer.Option(help="Who is responsible for it; git's user.name if not given.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="sqlite|postgresql", help="Where its data is kept."),
    ] = None,
    jobstore: Annotated[
        str | None,
        typer.Option(metavar="database|redis|memory", help="Where next run times are kept."),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(metavar="inprocess|celery|taskiq", help="What runs background work."),
    ] = None,
    broker: Annotated[
        str | None,
        typer.Option(metavar="none|redis|rabbitmq", help="The broker of an engine; redis."),
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(metavar="keys|jwt|none", help="How clients say who they are: by API keys."),
    ] = None,
    metrics: Annotated[
        bool | None,
        typer.Option("--metrics/--no-metrics", help="Prometheus metrics, alerts, a dashboard."),
    ] = None,
    page: Annotated[
        bool | None,
        typer.Option("--page/--no-page", help="A page for operators at /ops."),
    ] = None,
    docker: Annotated[
        bool | None, typer.Option("--docker/--no-docker", help="A Dockerfile and a compose file.")
    ] = None,
    ci: Annotated[
        str | None, typer.Option(metavar="github|none", help="Run the checks on every push.")
    ] = None,
    dependabot: Annotated[
        bool | None,
        typer.Option("--dependabot/--no-dependabot", help="Updates of packages, with --ci github."),
    ] = None,
    pre_commit: Annotated[
        bool | None,
        typer.Option("--pre-commit/--no-pre-commit", help="Hooks that check each commit."),
    ] = None,
    justfile: Annotated[
        bool | None, typer.Option("--justfile/--no-justfile", help="The usual commands for just.")
    ] = None,
    security_headers: Annotated[
        bool | None,
        typer.Option("--security-headers/--no-security-headers", help="For browsers."),
    ] = None,
    cors: Annotated[
        bool | None,
        typer.Option("--cors/--no-cors", help="Let web pages call that a setting names."),
    ] = None,
    telemetry: Annotated[
        bool | None,
        typer.Option("--telemetry/--no-telemetry", help="Traces by OpenTelemetry."),
    ] = None,
    examples: Annotated[
        bool | None,
        typer.Option("--examples/--bare", help="Notifications, payments, a database backup."),
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(metavar="3.11|...|3.14", help="Its Python; the running one if not given."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="IANA", help="The zone of schedules that name none; UTC."),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(metavar="SRC", help="A Copier template: an address of git, a path, a bundle."),
    ] = None,
    ref: Annotated[
        str | None, typer.Option(metavar="REF", help="The version of it; its newest tag.")
    ] = None,
    data: DataOption = None,
    data_file: DataFileOption = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Let the template run commands, also in a dry run.")
    ] = False,
    into: IntoOption = Path(),
    here: Annotated[
        bool, typer.Option("--here", help="Make it in this empty folder, by the folder's name.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    git: Annotated[bool, typer.Option("--git/--no-git", help="Make a first commit.")] = True,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Set the project up and check it.")
    ] = True,
    full: Annotated[
        bool, typer.Option("--full", help="Wait for `mypy --strict` too (8 s more).")
    ] = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
) -> None:
    """Create a FastAPI project, set it up and verify it."""
    from fastforge.parts.project.target import place

    if here:
        name, into = place(name, into)
    given: dict[str, Value | None] = {
        "name": name,
        "description": description,
        "author": author,
        "database": database,
        "jobstore": jobstore,
        "engine": engine,
        "broker": broker,
        "auth": auth,
        "metrics": metrics,
        "page": page,
        "docker": docker,
        "ci": ci,
        "dependabot": dependabot,
        "pre_commit": pre_commit,
        "justfile": justfile,
        "security_headers": security_headers,
        "cors": cors,
        "telemetry": telemetry,
        "examples": examples,
        "python": python,
        "timezone": timezone,
    }
    answered = {key: value for key, value in given.items() if value is not None}
    if template is not None:
        from fastforge.from_template.data import checked_name, read_data, refuse_options
        from fastforge.from_template.making import Order, make as make_from

        refuse_options(answered)
        order = Order(
            name=checked_name(name),
            into=into,
            template=template,
            ref=ref,
            given=read_data(data or (), data_file),
            trust=trust,
            yes=yes,
            git=git,
            verify=verify,
            full=full,
            dry_run=dry_run,
            diff=diff,
            as_json=as_json,
        )
        make_from(order)
        return
    if ref or data or data_file or trust:
        from fastforge.from_template.data import no_template

        raise no_template()
    from fastforge.parts.project.command import command_for
    from fastforge.parts.project.creation import prepare
    from fastforge.parts.project.interview import collect
    from fastforge.parts.project.making import Wishes, make, preview

    answers = collect(answered, into, ask=not yes and not as_json, yes=yes)
    creation = prepare(answers, into)
    again = command_for(answers, into, answered)
    if dry_run or diff:
        preview(creation, again, diff=diff, as_json=as_json)
        return
    wishes = Wishes(again=again, verify=verify, full=full, git=git, as_json=as_json)
    make(creation, into, wishes)
