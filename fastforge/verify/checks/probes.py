"""The requests that a started project is asked, where it still has the routes, and their answers.

What its owner has edited need only be alive: it answers with less than 500, or that it is
unavailable. A route that asks for a key of ours, which we have not, is alive too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastforge.project.project import Project
from fastforge.project.record import digest


@dataclass(frozen=True, slots=True)
class Probe:
    """One request. `sources` are the files of the package that decide about its answer."""

    method: str
    path: str
    status: int
    body: dict[str, object] | None = None
    sources: tuple[str, ...] = ()
    contains: str = ""
    follow: bool = False
    """Ask at the `Location` of the answer until the run has ended, which must be well."""
    edited: bool = False
    older: dict[str, object] | None = None
    """The body for a project of before, whose document has these fields."""

    def __str__(self) -> str:
        """Give the request line."""
        return f"{self.method} {self.path}"

    def alive(self, status: int) -> bool:
        """Tell whether a status other than the expected one is right too."""
        if status in _CLOSED:
            return True
        return self.edited and (status < _FAILED or status == _UNAVAILABLE) and status != _GONE

    def for_project(self, document: Mapping[str, Any]) -> "Probe":
        """Give the probe with a body that the project's OpenAPI document allows."""
        schemas = document.get("components", {}).get("schemas", {}).values()
        known = [schema.get("properties", {}).keys() for schema in schemas]
        if self.older and any(self.older.keys() <= fields for fields in known):
            return replace(self, body=self.older)
        return self

    def is_in(self, document: Mapping[str, Any]) -> bool:
        """Tell whether the project has this route, by its OpenAPI document."""
        return self.method.lower() in document.get("paths", {}).get(self.path, {})


_CLOSED: Final = (401, 403)
_GONE: Final = 404
_FAILED: Final = 500
_UNAVAILABLE: Final = 503
_NOTIFICATIONS: Final = "modules/notifications"
_PAYMENTS: Final = "modules/payments"
_METRICS: Final = ("monitoring/metrics.py", "metrics.py")
"""Where a project has them, and where one of before has them."""

READY: Final = Probe("GET", "/health/ready", 200)
DOCUMENT: Final = Probe("GET", "/openapi.json", 200, contains='"openapi"')

PROBES: Final = (
    Probe("GET", "/health/live", 200),
    Probe("GET", "/health/background", 200),
    Probe("GET", "/jobs", 200),
    Probe(
        "POST",
        "/notify",
        202,
        {"email": "ada@example.com", "message": "Hi"},
        sources=(
            *(f"{_NOTIFICATIONS}/{layer}.py" for layer in ("router", "schemas", "service")),
            "tasks/send_email.py",
        ),
        follow=True,
        older={"to": "ada@example.com", "subject": "Hello", "body": "Hi"},
    ),
    Probe(  # no gateway is configured
        "POST",
        "/payments",
        503,
        {"amount": 1200, "currency": "EUR", "reference": "order-1"},
        sources=tuple(
            f"{_PAYMENTS}/{layer}.py" for layer in ("router", "schemas", "service", "gateway")
        ),
    ),
    Probe("GET", "/metrics", 200, sources=_METRICS, contains="http_requests_total"),
    Probe("GET", "/ops/login", 200),
)

FINAL_STATE: Final = "succeeded"
UNFINISHED_STATES: Final = ("queued", "running")


def is_edited(project: Project, probe: Probe) -> bool:
    """Tell whether one of the probe's sources is not as fastforge wrote it."""
    for source in probe.sources:
        written = project.record.digests.get(f"src/{project.answers.package}/{source}")
        file = project.package / source
        if written and (not file.is_file() or digest(file.read_bytes()) != written):
            return True
    return False
