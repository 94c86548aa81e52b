"""The wheel carries the templates and releases that git tracks, no more and no less."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("folder", "inside"),
    [("templates/", "fastforge/_templates/"), ("releases/packed/", "fastforge/_releases/")],
)
def test_the_wheel_has_what_is_tracked_of_a_folder(wheel: Path, folder: str, inside: str) -> None:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder], cwd=REPOSITORY, check=True, capture_output=True
    )
    tracked = {name.removeprefix(folder) for name in listed.stdout.decode().split("\0") if name}

    names = zipfile.ZipFile(wheel).namelist()

    assert {name.removeprefix(inside) for name in names if name.startswith(inside)} == tracked


def test_the_wheel_has_no_tests_and_no_caches(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    assert "fastforge/py.typed" in names
