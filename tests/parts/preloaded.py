"""What the fork server imports once, so that each run of the command starts at once."""

import tomllib

import croniter
import jinja2
import pydantic
import yaml
from typer.testing import CliRunner

import fastforge.changes.opening
import fastforge.commands.app
import fastforge.parts.adding
import fastforge.parts.jobs.interview
import fastforge.parts.jobs.story
import fastforge.parts.modules.interview
import fastforge.parts.modules.place
import fastforge.parts.modules.removal
import fastforge.parts.tasks.interview
import fastforge.schedule.generated

__all__ = ["croniter", "fastforge", "jinja2", "tomllib", "yaml"]

pydantic.TypeAdapter(str)  # imports the rest of pydantic
# and what only runs do
_ran = CliRunner().invoke(fastforge.commands.app.app, ["when", "--daily", "09:00"])
assert _ran.exit_code == 0, _ran.output
