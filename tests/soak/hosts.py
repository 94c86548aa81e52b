"""Hosts of one machine: network namespaces, each with a cable of its own to this one."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

RENAMED = 'hostname "$0" && exec "$@"'


@dataclass(frozen=True)
class Host:
    """One host; `address` is that of this machine as the host sees it."""

    name: str
    namespace: str
    cable: str
    address: str

    @property
    def prefix(self) -> Sequence[str]:
        """Begin a command that runs there."""
        inside = ("ip", "netns", "exec", self.namespace)
        return (*inside, "unshare", "--uts", "sh", "-c", RENAMED, self.name)

    def connect(self, state: str) -> None:
        """Set the cable `up` or `down`: then nothing is refused, it is only lost."""
        _ip("link", "set", self.cable, state)


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """Make hosts; skip the test where that is not allowed."""
    made: list[Host] = []
    try:
        for each in range(number):
            name = f"ff{os.getpid()}h{each}"
            near, far = f"10.213.{each}.1", f"10.213.{each}.2"
            host = Host(f"host{each}", name, name, near)
            _ip("netns", "add", name)
            made.append(host)
            _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("address", "add", f"{near}/30", "dev", name)
            _ip("-n", name, "address", "add", f"{far}/30", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            host.connect("up")
        yield made
    finally:
        for host in made:
            _ip("netns", "delete", host.namespace)  # and its end of the cable, so the cable


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `ip` (iproute2)")
    if done.returncode:
        pytest.skip(f"ip {' '.join(words)}: {done.stderr.strip()}")
