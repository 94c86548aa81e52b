"""What a project is made of: the only input of a render."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Final

from fastforge.answers.names import check_project_name, package_name
from fastforge.answers.saved import Former, read_saved
from fastforge.answers.values import Value, check_timezone, one_line
from fastforge.errors import UsageError

DATABASES = ("sqlite", "postgresql")
JOBSTORES = ("database", "redis", "memory")
ENGINES = ("inprocess", "celery", "taskiq")
BROKERS = ("none", "redis", "rabbitmq")
AUTHS = ("keys", "jwt", "none")
CI_SERVICES = ("github", "none")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

FORMER: Final[Former] = {}
"""What older versions asked: see `Former`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectAnswers:
    """The answers of a project; the same answers give the same bytes.

    Description and author are one line: a line break in them becomes a space.
    """

    name: str
    description: str
    author: str
    database: str = "sqlite"
    jobstore: str = "database"
    engine: str = "inprocess"
    broker: str = "none"
    auth: str = "keys"
    metrics: bool = True
    page: bool = True
    docker: bool = True
    ci: str = "github"
    examples: bool = True
    python: str = "3.11"
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        check_project_name(self.name)
        for what in ("description", "author"):
            object.__setattr__(self, what, one_line(what, getattr(self, what)))
        if reason := refusal(self.as_dict()):
            raise UsageError(*reason)
        check_timezone(self.timezone)

    @property
    def package(self) -> str:
        """The import name."""
        return package_name(self.name)

    def as_dict(self) -> dict[str, Value]:
        """Give the answers in their own order, as they are saved."""
        return asdict(self)

    def context(self) -> dict[str, Value]:
        """Give the variables a template may use."""
        return {**self.as_dict(), "package": self.package}

    @classmethod
    def from_dict(cls, saved: Mapping[str, object]) -> "ProjectAnswers":
        """Read what `as_dict` gave; raises UsageError for answers that are not of this version."""
        return cls(**read_saved(cls, saved, FORMER))


def default_description() -> str:
    """Give the description of a project whose author said nothing about it."""
    return "A FastAPI service with scheduled jobs and background tasks."


def default_python() -> str:
    """Give the running Python's minor version, or the newest known one if it is newer still."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    return running if running in PYTHONS else PYTHONS[-1]


def usual_broker(engine: object) -> str:
    """Give the broker of a project that names its engine only."""
    return "none" if engine == "inprocess" else "redis"


def refusal(answers: Mapping[str, Value]) -> tuple[str, str] | None:
    """Say in a sentence and a hint why there is no such project, or None if there is."""
    offered = {
        "database": DATABASES,
        "jobstore": JOBSTORES,
        "engine": ENGINES,
        "broker": BROKERS,
        "auth": AUTHS,
        "ci": CI_SERVICES,
        "python": PYTHONS,
    }
    for option, values in offered.items():
        if (value := answers[option]) not in values:
            return (f"There is no {option} {value!r}.", f"Choose from: {', '.join(values)}.")
    return _refusal_of_engine(*(answers[option] for option in ("engine", "broker", "database")))


def _refusal_of_engine(engine: Value, broker: Value, database: Value) -> tuple[str, str] | None:
    if engine == "inprocess":
        if broker == "none":
            return None
        problem = f"Without an engine there is no broker, and {broker} was chosen."
        return problem, "Leave --broker out, or add --engine celery or --engine taskiq."
    if database != "postgresql":
        problem = f"The engine {engine} needs PostgreSQL: workers on other machines must reach it."
        return problem, "Add --database postgresql, or leave --engine out."
    if broker == "none":
        return f"The engine {engine} needs a broker.", "Choose from: redis, rabbitmq."
    return None


def valid_combinations() -> Iterator[dict[str, Value]]:
    """Give each combination of the options that change which files a project has.

    How clients say who they are hardly touches the others, so all but the usual way goes with few.
    """
    booleans = (True, False)
    options: dict[str, tuple[Value, ...]] = {
        "database": DATABASES,
        "jobstore": JOBSTORES,
        "engine": ENGINES,
        "broker": BROKERS,
        "auth": AUTHS,
        "metrics": booleans,
        "page": booleans,
        "docker": booleans,
        "ci": CI_SERVICES,
        "examples": booleans,
    }
    for values in product(*options.values()):
        chosen = dict(zip(options, values, strict=True))
        if refusal({**chosen, "python": PYTHONS[0]}) is None and _is_telling(chosen):
            yield chosen


def _is_telling(chosen: Mapping[str, Value]) -> bool:
    if chosen["auth"] == AUTHS[0]:
        return True
    if chosen["engine"] == "inprocess":
        return chosen["jobstore"] == JOBSTORES[0]
    return chosen["metrics"] is True and chosen["page"] is True
