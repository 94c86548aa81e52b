"""The servers end with the process that started them; without servers, the error helps."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from . import broker
from .control import PROJECT, Servers
from .server import find

STARTER = """
import sys
from tests.servers.control import Servers
servers = Servers(without=["TEST_DATABASE_URL", "TEST_REDIS_URL", "TEST_BROKER_URL"])
print(*servers.urls.values(), flush=True)
sys.stdin.read()
"""


@pytest.mark.processes
def test_servers_are_gone_when_whoever_started_them_is_killed(
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", STARTER],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout
        [folder] = set(re.findall(r"/\w[^=: ]*/servers-\w+", starter.stdout.readline()))
        assert Path(folder).is_dir()
        starter.kill()

    wait_until(lambda: not Path(folder).exists())


@pytest.fixture
def yours(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    yours = {
        "TEST_DATABASE_URL": "postgresql://yours/test",
        "TEST_BROKER_URL": "broker://yours/0",
    }
    for name, url in yours.items():
        monkeypatch.setenv(name, url)
    return yours


def test_a_server_of_yours_is_used_as_it_is(yours: dict[str, str]) -> None:
    servers = Servers()
    servers.stop()

    assert servers.urls == yours


def test_another_package_of_that_name_is_not_taken_for_ours(
    yours: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "tests"
    other.mkdir()
    (other / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    servers = Servers()
    servers.stop()

    assert (servers.urls, servers.problem) == (yours, "")


def test_a_machine_without_a_wheel_is_told_what_to_set() -> None:
    with pytest.raises(SystemExit, match="set TEST_X_URL to the URL of a server"):
        find("no_such_wheel", "TEST_X_URL")


def test_a_machine_without_rabbitmq_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "DEBIAN", tmp_path / "none")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match="apt-get install rabbitmq-server"):
        broker.Broker(tmp_path / "broker")
