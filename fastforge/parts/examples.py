"""The examples that a new project comes with, as parts that can be removed.

They have no records of their own: the project's record names their files, which are those that a
project without examples lacks.
"""

from collections.abc import Iterator

from fastforge.project.project import Project
from fastforge.project.record import Record
from fastforge.render import render

_MAIL = ("src/{}/modules/notifications/", "src/{}/tasks/", "tests/modules/notifications/")
_EXAMPLES = {
    ("module", "payments"): ("src/{}/modules/payments/", "tests/modules/payments/"),
    ("module", "notifications"): (*_MAIL, "tests/tasks/"),
    ("task", "send_email"): (*_MAIL, "tests/tasks/"),
    ("task", "post_alert"): ("src/{}/", "tests/"),
    ("job", "database_backup"): ("src/{}/jobs/", "tests/jobs/"),
}
"""Where the files of each lie. The module and the task that send mail import each other, so they
are one example."""

_OF_ALERTS = ("post_alert", "dead_letters")
"""Words in the names of all files of the task that posts alerts, and of no others."""

_PAYMENTS = {
    "name": "payments",
    "item": "payment",
    "fields": [],
    "gateway": False,
    "revision": "0002",
    "parents": ["0001"],
}
"""The answers that its record would have as a module."""

_REVISION = "_payments_0002.py"
TOGETHER = "The module notifications and the task send_email are one example: they go together."


def example(project: Project, kind: str, name: str) -> Record | None:
    """Give what would be the record of an example; None if the project has no such one."""
    if (kind, name) not in _EXAMPLES:
        return None
    old, new = project.answers.package, project.package.name
    starts = tuple(start.format(old) for start in _EXAMPLES[kind, name])
    without = render("project", {**project.answers.context(), "examples": False})
    bare = {_ending(path) for path in without}
    digests = {
        path.replace(f"src/{old}/", f"src/{new}/", 1): digest
        for path, digest in project.record.digests.items()
        if _ending(path) not in bare
        and any(word in path for word in _OF_ALERTS) == (name == "post_alert")
        and (path.startswith(starts) or _is_its_revision(name, path))
    }
    if not any((project.root / path).is_file() for path in digests if path.startswith("src/")):
        return None
    answers = _PAYMENTS if name == _PAYMENTS["name"] else {}
    return Record(kind, name, answers, digests)


def examples(project: Project, kind: str) -> Iterator[str]:
    """Give the names of the examples of a kind that the project still has."""
    for of, name in _EXAMPLES:
        if of == kind and example(project, kind, name):
            yield name


def together(kind: str, name: str) -> tuple[tuple[str, str], ...]:
    """Give the parts that are removed with one, itself included."""
    mail = (("module", "notifications"), ("task", "send_email"))
    return mail if (kind, name) in mail else ((kind, name),)


def has_table(record: Record) -> bool:
    """Tell whether a module has a table, which all but an example do."""
    return bool(record.answers)


def _ending(path: str) -> str:
    """Give a file with its folder: what lies above them differs from version to version."""
    return "/".join(path.split("/")[-2:])


def _is_its_revision(name: str, path: str) -> bool:
    return name == _PAYMENTS["name"] and path.endswith(_REVISION)
