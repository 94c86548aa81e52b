"""Starts `python -m tests.servers`, talks to it and ends it."""

import json
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class Servers:
    """Servers that run until `stop`, or until this process is gone."""

    def __init__(self, without: Collection[str] = ()) -> None:
        """Start them and wait; `without` has variables that are not passed on."""
        environment = {name: text for name, text in os.environ.items() if name not in without}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        said = self._answer()
        self.urls: dict[str, str] = json.loads(said) if said else {}
        """The URLs by the name of the variable; empty if a server fails, see `problem`."""
        self.problem = "" if said else self._process.communicate()[1].strip()

    def order(self, what: str) -> None:
        """Send `restart` or `forget`, and wait for the answer."""
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert answer == what

    def stop(self) -> None:
        """Stop them and wait until they have ended."""
        if self._process.returncode is None:
            self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()
