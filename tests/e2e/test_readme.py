"""The transcript in the README is what the installed wheel says, and guides can be followed."""

import os
import shutil
from pathlib import Path

import pytest

from tests.docs.pages import GUIDES, blocks
from tests.e2e.conftest import Installed
from tests.e2e.reader import reader
from tests.e2e.test_full_project import of_a_reader
from tests.e2e.transcript import GIT, normalised, written
from tests.environments import copy_project

pytestmark = pytest.mark.e2e

FOLLOWED = [page for page in GUIDES if any(block.language == "sh" for block in blocks(page))]
NEEDS_SERVERS = "from-sqlite-to-postgresql.md"
"""Its commands need a second project, with PostgreSQL: a test of its own follows it."""


def test_the_readme_shows_a_real_run(tour: tuple[Path, str]) -> None:
    assert normalised(written()) == normalised(tour[1]), (
        "write it anew: python -m tests.e2e.transcript"
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="guides ask the service with curl")
@pytest.mark.parametrize(
    "guide", [page for page in FOLLOWED if page.name != NEEDS_SERVERS], ids=lambda page: page.stem
)
def test_a_reader_can_follow_a_guide_in_a_new_project(
    guide: Path, shop: Path, installed: Installed, tmp_path: Path
) -> None:
    copy_project(shop, tmp_path / "shop", "test_[!s]*.py", "test_s[!c]*.py")
    environment = of_a_reader(shop)["env"]
    path = f"{installed.programs}{os.pathsep}{environment['PATH']}"

    with reader(tmp_path / "shop", {**environment, **GIT, "PATH": path}) as somebody:
        for block in blocks(guide):
            somebody.follow(block)
