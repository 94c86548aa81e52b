"""A service as its operators see it, over HTTP, and one of 0.1.0 that is killed at work."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.e2e import old_rows
from tests.e2e.service import LONGEST_WAIT_SECONDS, serve

KEY = "a-key-of-an-operator"
BLOCKING = ("slow@example.com.txt", "paid.txt")
"""Whoever writes these files waits until somebody reads them."""


@dataclass(frozen=True)
class Caller:
    """Calls a service with the key of an operator, in the header that its version reads."""

    url: str
    header: str = "X-Ops-Key"

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        """Give what the service answers; raises AssertionError if that is a refusal."""
        headers = {"Content-Type": "application/json", self.header: KEY}
        content = None if body is None else json.dumps(body).encode()
        asked = Request(f"{self.url}{path}", content, headers, method=method)  # noqa: S310
        try:
            with urlopen(asked) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from error

    def invoice(self, email: str) -> str:
        """Queue an invoice; give the id of the run."""
        return str(self("POST", "/send-invoice", {"email": email, "total": "5"})["run_id"])

    def state(self, run: str) -> str:
        """Give the state of a run of a task."""
        return str(self("GET", f"/tasks/{run}")["state"])

    def states(self, job: str) -> list[str]:
        """Give the states of the runs of a job; it may be due meanwhile."""
        return [run["state"] for run in self("GET", f"/jobs/{job}/runs")]


@dataclass(frozen=True)
class Killed:
    """What a killed service left: its folder with the database, and runs by what became of them."""

    folder: Path
    succeeded: str
    failed: str
    running: str
    queued: str

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / "service.db"


def killed_at_work(project: Path, folder: Path) -> Killed:
    """Let a service of 0.1.0 succeed, fail, run and queue, and kill it; add rows of all states."""
    printed = folder / "print"
    printed.mkdir(parents=True)
    for name in BLOCKING:
        os.mkfifo(printed / name)
    settings = {"OPS_API_KEY": KEY, "RUNNER_THREADS": "2"}
    with serve(project, "shop", folder, ended_by=signal.SIGKILL, **settings) as url:
        call = Caller(url, "X-API-Key")
        succeeded, failed = call.invoice("ada@example.com"), call.invoice("no/folder@example.com")
        wait_until(lambda: (call.state(succeeded), call.state(failed)) == ("succeeded", "failed"))
        call("POST", "/goods", {"sku": "tea", "price": "1.50", "active": True})
        call("POST", "/shipments", {"name": "a box"})
        call("POST", "/jobs/tidy_up/pause")
        call("POST", "/jobs/reconcile/run")
        running = call.invoice("slow@example.com")
        wait_until(lambda: call.state(running) == "running")
        wait_until(lambda: "running" in call.states("reconcile"))
        queued = call.invoice("bob@example.com")
    for name in BLOCKING:
        (printed / name).unlink()
    killed = Killed(folder, succeeded, failed, running, queued)
    old_rows.add(killed.database)
    return killed


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what happens in another process."""
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "the condition did not come true"
        time.sleep(0.05)
