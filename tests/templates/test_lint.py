"""Each project is clean under its own lint, whatever was chosen."""

import subprocess
import sys
from pathlib import Path

import pytest

from fastforge.answers.names import LONGEST
from fastforge.answers.project import BROKERS, DATABASES, ENGINES, PYTHONS, ProjectAnswers
from fastforge.changes.staging import write_files
from fastforge.render import render
from tests.combinations import Row, all_chosen, has_engine, name_of

TEXTS: Row = {"name": "shop", "description": "Sells.", "author": "Ada"}
NOTHING: Row = {"jobstore": "redis", "metrics": False, "page": False, "examples": False}
WITH_ENGINE = [
    {"database": "postgresql", "engine": engine, "broker": broker, **other}
    for engine in ENGINES[1:]
    for broker in BROKERS[1:]
    for other in ({}, {"jobstore": "redis"}, NOTHING)
]
"""Each engine with each broker: the other options change what is around an engine, but not it."""
IN_PROCESS = [row for row in all_chosen() if not has_engine(row)]
LONGER: list[Row] = [
    {"name": name, "database": database}
    for name in ("linkwatch", "customer-portal-api", "x" * LONGEST)
    for database in DATABASES
]
LONGER += [{"name": "x" * LONGEST, **row} for row in WITH_ENGINE]
"""Lines that are full with a name of four letters must break with the longest one."""
WORDS = [("check", "--output-format=concise"), ("format", "--check")]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize(
    "row",
    [*({"python": python} for python in PYTHONS), *IN_PROCESS, *WITH_ENGINE, *LONGER],
    ids=name_of,
)
def test_a_project_is_clean(tmp_path: Path, row: Row, words: tuple[str, ...]) -> None:
    """Its Python need not be on this machine."""
    answers = ProjectAnswers.from_dict({**TEXTS, **row})
    write_files(render("project", answers.context()), tmp_path / "shop")

    command = [sys.executable, "-m", "ruff", *words, "--no-cache", "."]
    done = subprocess.run(
        command, cwd=tmp_path / "shop", capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
