"""Getting the answers of a new project: from flags, from a person, from defaults."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fastforge.answers.asking import ask_person, is_terminal
from fastforge.answers.names import check_project_name
from fastforge.answers.project import ProjectAnswers, default_description
from fastforge.answers.question import Question
from fastforge.answers.values import Value, check_timezone, one_line, suggested_zones
from fastforge.errors import UsageError
from fastforge.parts.project.command import command_for, complete

_EXAMPLE = "my-shop"

QUESTIONS: Final = (
    Question(
        "name",
        "The name of the project and of its folder, such as my-shop.",
        check=check_project_name,
    ),
    Question(
        "description",
        "What the service does, in one sentence.",
        default_description(),
        check=lambda text: one_line("description", text),
    ),
    Question(
        "database",
        "Where the service keeps its data: a file, or a server for many machines.",
        "sqlite",
        {
            "sqlite": "a file: nothing to set up, for one machine",
            "postgresql": "a server that you run: for several machines",
        },
    ),
    Question(
        "jobstore",
        "Where next run times are kept; with memory a restart forgets them.",
        "database",
        {
            "database": "with all other data: nothing to set up, right for most",
            "redis": "in a Redis server that you run",
            "memory": "in the process: for services that may miss a due time",
        },
    ),
    Question(
        "engine",
        "What runs background work: the service itself, or workers of Celery or Taskiq.",
        "inprocess",
        {
            "inprocess": "the service's own processes, on any number of machines",
            "celery": "workers of Celery, and a broker beside the database",
            "taskiq": "workers of Taskiq, and a broker beside the database",
        },
        optional=True,
        possible=lambda answers: answers.get("database") == "postgresql",
    ),
    Question(
        "broker",
        "What wakes the workers; what there is to do stays in the database.",
        "redis",
        {
            "redis": "Redis or Valkey; its data need not be kept",
            "rabbitmq": "RabbitMQ, for those who run one",
        },
        optional=True,
        possible=lambda answers: answers.get("engine", "inprocess") != "inprocess",
    ),
    Question(
        "metrics",
        "Prometheus metrics, with alert rules and a dashboard.",
        True,
        {
            "yes": "for those who run Prometheus, or may one day",
            "no": "logs and health checks only",
        },
    ),
    Question(
        "page",
        "A page for operators at /ops: what failed and why, run it again, pause a job.",
        True,
        {
            "yes": "served by the service itself; shut until you set a key",
            "no": "operators use the HTTP routes, or curl",
        },
        optional=True,
    ),
    Question(
        "docker",
        "A Dockerfile and a compose file.",
        True,
        {"yes": "to run it in containers", "no": "to run it in another way"},
    ),
    Question(
        "ci",
        "Run the checks on every push.",
        "github",
        {"github": "a workflow for GitHub Actions", "none": "no workflow"},
    ),
    Question(
        "examples",
        "Examples: notifications, payments, a database backup.",
        True,
        {"yes": "real code to learn from; it can be removed", "no": "an empty service"},
    ),
    Question(
        "timezone",
        "The timezone of schedules that name none; type a city, such as Berlin.",
        "UTC",
        check=check_timezone,
        suggest=suggested_zones,
        optional=True,
    ),
)


def collect(given: Mapping[str, Value], into: Path, *, ask: bool, yes: bool) -> ProjectAnswers:
    """Give the answers; raises UsageError if one is wrong, or missing and nobody can be asked."""
    valid = complete(
        {"name": _EXAMPLE, **given}
    )  # what was given is refused before anything is asked
    needed = [question.name for question in QUESTIONS if not question.optional]
    absent = [name for name in needed if name not in given]
    if not absent or (yes and "name" in given):
        return valid
    if not ask or not is_terminal():
        what = "name" if "name" in absent and yes else ", ".join(absent)
        reason = "--yes was given" if yes else "there is no terminal to ask at"
        problem = f"Missing: {what}; {reason}."
        raise UsageError(problem, f"Type it all: {command_for(valid, into, given)}")
    return complete(ask_person(given, QUESTIONS))
