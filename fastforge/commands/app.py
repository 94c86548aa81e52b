"""The Typer app. Commands import what they need when they run."""

from typing import Annotated

import typer

from fastforge import __version__
from fastforge.commands.add_job import add_job
from fastforge.commands.add_module import add_module
from fastforge.commands.add_task import add_task
from fastforge.commands.change_job import change_job
from fastforge.commands.change_module import change_module
from fastforge.commands.diff import diff
from fastforge.commands.list import list_parts
from fastforge.commands.new import new
from fastforge.commands.remove import remove_job, remove_module, remove_task
from fastforge.commands.update import update
from fastforge.commands.verify import verify
from fastforge.commands.when import when

app = typer.Typer(
    name="fastforge",
    help="Scaffold FastAPI services whose background work is right, and prove it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its help imports a Markdown parser: 60 ms
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(new)
app.command("add-job")(add_job)
app.command("add-task")(add_task)
app.command("add-module")(add_module)
app.command("change-job")(change_job)
app.command("change-module")(change_module)
app.command("remove-job")(remove_job)
app.command("remove-task")(remove_task)
app.command("remove-module")(remove_module)
app.command("list")(list_parts)
app.command()(update)
app.command()(diff)
app.command()(verify)
app.command()(when)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fastforge {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Scaffold FastAPI services whose background work is right, and prove it."""
    del version, debug  # --debug is read in __main__, which catches the error
