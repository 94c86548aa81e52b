"""The transcript in the README is what the commands say."""

from pathlib import Path

import pytest

from fastforge.answers import default_python
from tests.e2e.transcript import normalised, transcript, written
from tests.environments import Environments

pytestmark = pytest.mark.e2e


def test_the_readme_shows_a_real_run(
    tmp_path: Path, environments: Environments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYPY_CACHE_DIR", str(environments.types(default_python(), tmp_path)))
    (tmp_path / "empty").mkdir()

    assert normalised(written()) == normalised(transcript(tmp_path / "empty")), (
        "write it anew: python -m tests.e2e.transcript"
    )
