"""The wheel carries the templates that git tracks, no more and no less."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.e2e
PREFIX = "fastforge/_templates/"


def test_the_templates_of_the_wheel_are_the_tracked_ones(wheel: Path) -> None:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "templates"], cwd=REPOSITORY, check=True, capture_output=True
    )
    tracked = {
        name.removeprefix("templates/") for name in listed.stdout.decode().split("\0") if name
    }

    names = zipfile.ZipFile(wheel).namelist()

    assert {name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)} == tracked


def test_the_wheel_has_no_tests_and_no_caches(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    assert "fastforge/py.typed" in names
