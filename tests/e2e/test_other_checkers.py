"""The generated code is clean under a type checker that the project does not come with."""

import json
import subprocess
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers, default_python
from fastforge.changes.staging import write_files
from fastforge.environment.uv import child_environment, program, uv_binary
from fastforge.render import render
from tests.combinations import Row, name_of
from tests.environments import Environments

TEXTS: Row = {"name": "shop", "description": "Sells.", "author": "Ada"}
CONFIGURATION = {"include": ["src"], "typeCheckingMode": "standard"}


@pytest.mark.e2e
@pytest.mark.exhaustive("basedpyright, which uv fetches")
@pytest.mark.parametrize(
    "row",
    [
        {"database": "sqlite", "jobstore": "database"},
        {"database": "postgresql", "jobstore": "redis"},
        {"database": "sqlite", "jobstore": "memory"},
        {"database": "postgresql", "engine": "celery", "broker": "redis"},
        {"database": "postgresql", "engine": "taskiq", "broker": "rabbitmq"},
    ],
    ids=name_of,
)
def test_basedpyright_finds_nothing(tmp_path: Path, environments: Environments, row: Row) -> None:
    project, python = tmp_path / "shop", default_python()
    answers = ProjectAnswers.from_dict({**TEXTS, **row, "python": python})
    write_files(render("project", answers.context()), project)
    environments.provide(project, python)
    (project / "pyrightconfig.json").write_text(json.dumps(CONFIGURATION))

    checker = [uv_binary(), "tool", "run", "basedpyright", "--pythonpath"]
    done = subprocess.run(
        [*checker, program(project, "python")],
        cwd=project,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
