"""The transcript in the README is what the commands say."""

from pathlib import Path

import pytest

from tests.e2e.transcript import normalised, transcript, written

pytestmark = pytest.mark.e2e


def test_the_readme_shows_a_real_run(tmp_path: Path) -> None:
    assert normalised(written()) == normalised(transcript(tmp_path)), (
        "write it anew: python -m tests.e2e.transcript"
    )
