"""A small HTTP client for the start-up check: one request, one answer, a deadline."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from fastforge.verify.checks.probes import FINAL_STATE, UNFINISHED_STATES, Probe

_TIMEOUT = 90.0
"""Seconds a server has to answer a request."""
_PAUSE = 0.05
"""Seconds between two looks at a state that is awaited."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and `Location` of a response."""

    status: int
    body: str
    location: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """Talks to a server on this machine; `patience` is the seconds it waits for a state."""

    port: int
    patience: float

    def request(self, method: str, path: str, body: object = None) -> Answer:
        """Send one request; raises OSError or http.client.HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            return Answer(response.status, text, response.getheader("Location"))
        finally:
            connection.close()

    def wait_for_status(self, probe: Probe) -> str | None:
        """Ask until the answer is the expected one, or that there is no such route.

        Give the problem if it never was.
        """
        deadline = time.monotonic() + self.patience
        while (problem := self.probe(probe)) and not problem.startswith(f"{probe}: 404 "):
            if time.monotonic() > deadline:
                return problem
            time.sleep(_PAUSE)
        return None

    def probe(self, probe: Probe) -> str | None:
        """Send a probe's request; give the problem with the answer, if there is one."""
        answer = self.request(probe.method, probe.path, probe.body)
        if answer.status != probe.status:
            problem = f"{probe}: {answer.status} instead of {probe.status}: {answer.body[:200]}"
            return None if probe.alive(answer.status) else problem
        if probe.edited:
            return None
        if probe.contains not in answer.body:
            return f"{probe}: the answer does not contain {probe.contains}"
        return self._follow(probe, answer) if probe.follow else None

    def _follow(self, probe: Probe, accepted: Answer) -> str | None:
        if not accepted.location:
            return f"{probe}: the answer has no Location"
        deadline = time.monotonic() + self.patience
        while (state := self._state(accepted.location)) in UNFINISHED_STATES:
            if time.monotonic() > deadline:
                return f"{probe}: its run is still {state} after {self.patience:g} s"
            time.sleep(_PAUSE)
        return None if state == FINAL_STATE else f"{probe}: its run ended as {state}"

    def _state(self, location: str) -> str:
        answer = self.request("GET", location)
        try:
            data: dict[str, Any] = json.loads(answer.body)
            return str(data["state"])
        except (ValueError, KeyError, TypeError):
            return f"{answer.status} {answer.body[:200]}"
