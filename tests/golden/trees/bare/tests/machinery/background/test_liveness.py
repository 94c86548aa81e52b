"""How `python -m my_shop.background` shows that it is alive."""

import os
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace

import pytest

from my_shop.background.__main__ import main, serve
from my_shop.background.liveness import beat
from my_shop.settings import Settings


@pytest.fixture
def heartbeat(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the heartbeat file, also in the environment, which `--check` reads."""
    monkeypatch.setenv("BACKGROUND_HEARTBEAT_FILE", settings.background_heartbeat_file)
    return Path(settings.background_heartbeat_file)


@pytest.mark.parametrize(("age", "code"), [(50, 0), (70, 1), (-70, 1)])
def test_an_old_heartbeat_means_that_the_process_is_stuck(
    heartbeat: Path, age: int, code: int
) -> None:
    heartbeat.touch()
    then = time.time() - age
    os.utime(heartbeat, (then, then))
    assert main(["--check"]) == code


def test_the_heartbeat_goes_on(settings: Settings, heartbeat: Path) -> None:
    class EndAfterTwoBeats(SimpleQueue[int]):
        beats = 0

        def get(self, block: bool = True, timeout: float | None = None) -> int:  # noqa: FBT001, FBT002
            assert (block, timeout) == (True, 5)
            self.beats += heartbeat.exists()
            heartbeat.unlink()
            if self.beats < 2:
                raise Empty
            return self.beats

    end = EndAfterTwoBeats()
    serve(settings, end)
    assert end.beats == 2


def test_a_stalled_process_has_no_heartbeat(heartbeat: Path) -> None:
    well = SimpleNamespace(running=True, last_pass=time.monotonic())
    stuck = SimpleNamespace(running=True, last_pass=time.monotonic() - 61)
    beat(heartbeat, {"runner": well, "scheduler": stuck})
    assert not heartbeat.exists()
    beat(heartbeat, {"runner": well, "scheduler": well})
    assert heartbeat.exists()
