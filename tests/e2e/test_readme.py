"""The transcript in the README is what the commands of the installed wheel say."""

from pathlib import Path

import pytest

from tests.e2e.transcript import normalised, written

pytestmark = pytest.mark.e2e


def test_the_readme_shows_a_real_run(tour: tuple[Path, str]) -> None:
    assert normalised(written()) == normalised(tour[1]), (
        "write it anew: python -m tests.e2e.transcript"
    )
