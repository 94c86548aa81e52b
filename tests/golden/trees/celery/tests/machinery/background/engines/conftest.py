"""Fixtures: the sender on a real broker, relays, and workers as real processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from shop.background.engines import relay
from shop.background.engines.celery import Engine
from shop.background.engines.relay import Relay
from shop.background.work import Work
from shop.database import Database
from shop.settings import Settings

PROCESS = Path(__file__).with_name("process.py")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Make a sender, as the relay has."""
    engine = Engine(settings)
    yield engine
    engine.close()


@pytest.fixture
def start_relay(
    settings: Settings, database: Database, wait_until: Callable[[Callable[[], object]], None]
) -> Iterator[Callable[..., Relay]]:
    """Start relays, each as in its own process; end them at the end of the test."""
    started: list[Relay] = []

    def start(*work: Work, engine: relay.Engine | None = None, **changed: object) -> Relay:
        own, registry = settings.model_copy(update=changed), {each.name: each for each in work}
        started.append(Relay(own, database, registry, engine or Engine(own)))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()
    wait_until(lambda: not any(each.running for each in started))


@pytest.fixture
def looks_again(
    wait_until: Callable[[Callable[[], object]], None],
) -> Callable[[Relay], None]:
    """Wait until a relay has begun and ended a look."""

    def look(relay: Relay) -> None:
        now = monotonic()
        wait_until(lambda: relay.last_pass > now)

    def wait(relay: Relay) -> None:
        look(relay)  # it may have begun before
        look(relay)

    return wait


@pytest.fixture
def start_worker(
    environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start workers with the tasks of `process.py`, which write to `tmp_path / "log"`.

    The first says what it does in the file `said-0`, the next in `said-1`.
    """
    started: list[subprocess.Popen[bytes]] = []
    (tmp_path / "log").touch()

    def start(**changed: object) -> subprocess.Popen[bytes]:
        own = {"poll_seconds": 0.05, "lease_seconds": 1, "runner_threads": 4} | changed
        own["background_metrics_port"] = own.get("background_metrics_port", 0)
        own |= {"background_heartbeat_file": tmp_path / f"heartbeat-{len(started)}"}
        variables = {name.upper(): str(value) for name, value in own.items()}
        with (tmp_path / f"said-{len(started)}").open("wb") as said:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, str(PROCESS), str(tmp_path / "log")],
                cwd=tmp_path,
                env=environment | variables,
                stdout=said,
                stderr=said,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
