"""The tests of a new project pass at any time: no time of day, date or clock change is special.

Each run begins ten seconds before its moment, so that the moment comes in the middle of it; the
order of the tests is drawn, so another run has others then. What starts processes, and PostgreSQL
and Valkey, cannot be given another time by `moment.py`: those tests are not run here.
"""

import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers, default_python
from fastforge.changes.staging import write_files
from fastforge.environment.uv import child_environment, program
from fastforge.render import render
from tests.e2e.conftest import TEXTS
from tests.environments import Environments, uv

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive("runs a suite twenty times: ten minutes")]

BEFORE = timedelta(seconds=10)
MOMENTS = (
    # days that not each year or month has, and the ends of months and years
    ("2028-02-29T00:00:00+00:00", "UTC"),
    ("2028-03-01T00:00:00+00:00", "UTC"),
    ("2027-03-01T00:00:00+05:30", "Asia/Kolkata"),
    ("2027-01-01T00:00:00+00:00", "UTC"),
    ("2027-02-01T00:00:00+14:00", "Pacific/Kiritimati"),
    ("2027-04-30T17:00:00-07:00", "America/Los_Angeles"),
    ("2038-01-19T03:14:08+00:00", "UTC"),  # what 32 bits hold of seconds is over
    # clocks go forward and back; in Lord Howe by half an hour
    ("2027-03-28T03:00:00+02:00", "Europe/Berlin"),
    ("2027-10-31T02:00:00+01:00", "Europe/Berlin"),
    ("2027-03-14T03:00:00-04:00", "America/New_York"),
    ("2027-11-07T01:00:00-05:00", "America/New_York"),
    ("2027-04-04T01:30:00+10:30", "Australia/Lord_Howe"),
    # times of day: the hours of the usual schedules, and what comes shortly after
    ("2027-06-15T01:00:00+00:00", "UTC"),
    ("2027-06-15T03:30:00+00:00", "UTC"),
    ("2027-06-15T07:00:00+00:00", "UTC"),
    ("2027-06-15T12:00:00+00:00", "UTC"),
    ("2027-06-15T12:05:00+00:00", "UTC"),
    ("2027-06-15T16:00:00+01:00", "Europe/London"),
    ("2027-06-15T19:00:00+00:00", "UTC"),
    ("2027-06-15T22:00:00+09:00", "Asia/Tokyo"),
)


@pytest.fixture(scope="module")
def project(environments: Environments, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project, whose environment has time-machine too."""
    root = tmp_path_factory.mktemp("moments") / "shop"
    answers = ProjectAnswers.from_dict({**TEXTS, "python": default_python()})
    write_files(render("project", answers.context()), root)
    environments.provide(root, answers.python)
    uv(root, "pip", "install", "--python", program(root, "python"), "time-machine")
    return root


@pytest.mark.parametrize(("moment", "timezone"), MOMENTS)
def test_the_suite_of_a_project_passes_at_any_moment(
    project: Path, moment: str, timezone: str
) -> None:
    start = datetime.fromisoformat(moment) - BEFORE
    variables = {"MOMENT": start.isoformat(), "TZ": timezone}
    variables["PYTHONPATH"] = os.fspath(Path(__file__).parent)
    command = [program(project, "python"), "-m", "pytest", "-q", "-p", "moment", "-n", "0"]

    done = subprocess.run(
        [*command, "-m", "not processes"],
        cwd=project,
        env=child_environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert " passed" in done.stdout
