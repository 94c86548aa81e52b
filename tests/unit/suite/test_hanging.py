"""A command that hangs fails its test and says which one it was."""

import os
import sys
from pathlib import Path

import pytest

from tests.conftest import run_to_its_end

HANGS = [sys.executable, "-c", "print('so far', flush=True); import time; time.sleep(600)"]


def test_a_command_that_hangs_is_stopped_and_shown(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"(?s)sleep.* hung for 1 s:\nso far"):
        run_to_its_end(HANGS, tmp_path, os.environ, seconds=1)
