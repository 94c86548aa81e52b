"""The requests that a started project must answer, and how."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Probe:
    """One request. `needs` is a file of the package: without it the project has no such route."""

    method: str
    path: str
    status: int
    body: dict[str, object] | None = None
    needs: str | None = None
    contains: str = ""
    follow: bool = False
    """Ask at the `Location` of the answer until the run has ended, which must be well."""

    def __str__(self) -> str:
        """Give the request line."""
        return f"{self.method} {self.path}"


READY: Final = Probe("GET", "/health/ready", 200)

PROBES: Final = (
    READY,
    Probe("GET", "/health/live", 200),
    Probe("GET", "/health/background", 200),
    Probe("GET", "/openapi.json", 200, contains='"openapi"'),
    Probe("GET", "/jobs", 200),
    Probe(
        "POST",
        "/notify",
        202,
        {"to": "ada@example.com", "subject": "Hello", "body": "Hi"},
        needs="tasks/send_email.py",
        follow=True,
    ),
    Probe(  # no gateway is configured
        "POST",
        "/payments",
        503,
        {"amount": 1200, "currency": "EUR", "reference": "order-1"},
        needs="modules/payments/router.py",
    ),
    Probe("GET", "/metrics", 200, needs="metrics.py", contains="http_requests_total"),
)

FINAL_STATE: Final = "succeeded"
UNFINISHED_STATES: Final = ("queued", "running")
