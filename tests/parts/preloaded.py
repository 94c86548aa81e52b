"""What the fork server imports once, so that each run of the command starts at once."""

import tomllib

import croniter
import jinja2
import pydantic
import yaml
from typer.testing import CliRunner

import fastforge.cli
import fastforge.parts.adding
import fastforge.parts.job_interview
import fastforge.parts.job_story
import fastforge.parts.module_interview
import fastforge.parts.module_place
import fastforge.parts.module_removal
import fastforge.parts.task_interview
import fastforge.schedule.generated

__all__ = ["croniter", "fastforge", "jinja2", "tomllib", "yaml"]

pydantic.TypeAdapter(str)  # imports the rest of pydantic
_ran = CliRunner().invoke(fastforge.cli.app, ["when", "--daily", "09:00"])  # and what only runs do
assert _ran.exit_code == 0, _ran.output
