"""The templates of three small releases: what each changes is written beside the one before.

0.3.0 asks a question more, moves `errors.py` into a folder, drops `legacy.py`, and changes lines in
every template. 0.4.0 gives a folder another name, asks a question less, changes a default, a
binary file and the name of a job's test.
"""

from collections.abc import Mapping

Texts = Mapping[str, str | bytes | None]
"""Files of `templates/`; None takes the one of the release before away."""

_PROJECT = """\
name: {type: str}
description: {type: str}
author: {type: str}
database: {type: str, default: sqlite}
metrics: {type: bool, default: true}
"""
_JOB = """\
name: {type: str}
kind: {type: str}
schedule: {type: str}
timezone: {type: str, default: UTC}
description: {type: str}
retries: {type: int, default: 0}
start: {type: str}
"""
_TASK = """\
name: {type: str}
route: {type: str, default: ""}
description: {type: str}
retries: {type: int, default: 3}
"""
_MODULE = """\
name: {type: str}
item: {type: str}
gateway: {type: bool, default: false}
"""
_PYPROJECT = """\
[project]
name = "{{ name }}"
version = "0.1.0"
description = "{{ description }}"
requires-python = ">=3.11"
dependencies = [
    "fastapi>=0.110",
    "sqlalchemy>=2.0",
]

[tool.uv.build-backend]
module-name = "{{ package }}"

[tool.fastapi]
entrypoint = "{{ package }}.main:app"
"""
_README = """\
# {{ name }}

{{ description }}

## Start

    uv run fastapi dev

## Settings

Copy `.env.example` to `.env` and change it.

## Tests

    uv run pytest

Made by {{ author }}.
"""
_ENV = """\
# Where the data is
DATABASE_URL=sqlite:///data.db
# How many threads run jobs
THREADS=4
# Nobody needs this
LEGACY_MODE=false
"""
_MAIN = '''\
"""The service."""

from fastapi import FastAPI

from .background.runner import start
from .errors import handle
from .settings import Settings


def create_app() -> FastAPI:
    """Make the application."""
    app = FastAPI(title="{{ name }}")
    settings = Settings()
    handle(app)
    start(settings.threads)
    return app


app = create_app()
'''
_SETTINGS = '''\
"""What can be set from outside."""

from dataclasses import dataclass


@dataclass
class Settings:
    """Settings of the service."""

    database_url: str = "{{ database }}:///data.db"
    threads: int = 4
    legacy_mode: bool = False
'''
_ERRORS = '''\
"""Errors that a client sees."""

from fastapi import FastAPI


class NotFoundError(Exception):
    """There is no such thing."""


class ConflictError(Exception):
    """It is there already."""


def handle(app: FastAPI) -> None:
    """Answer with a status for each error."""
    for error, status in ((NotFoundError, 404), (ConflictError, 409)):
        app.add_exception_handler(error, lambda request, exc: status)
'''
_RUNNER = '''\
"""Runs what is due."""

from threading import Thread

from .ledger import claim, finish


def start(threads: int) -> list[Thread]:
    """Start the threads that run jobs and tasks."""
    started = [Thread(target=_work, daemon=True) for _ in range(threads)]
    for thread in started:
        thread.start()
    return started


def _work() -> None:
    while run := claim():
        try:
            run()
        finally:
            finish(run)
'''
_LEDGER = '''\
"""What is queued, and what became of it."""

from collections import deque
from collections.abc import Callable

Run = Callable[[], None]
_QUEUED: deque[Run] = deque()
_ENDED: list[Run] = []


def enqueue(run: Run) -> None:
    """Queue a run."""
    _QUEUED.append(run)


def claim() -> Run | None:
    """Take the first run, if there is one."""
    return _QUEUED.popleft() if _QUEUED else None


def finish(run: Run) -> None:
    """Note that a run has ended."""
    _ENDED.append(run)
'''
_METRICS = '''\
"""Figures for Prometheus."""

COUNTS: dict[str, int] = {}


def count(name: str) -> None:
    """Count one more of a name."""
    COUNTS[name] = COUNTS.get(name, 0) + 1
'''
_JOB_CODE = '''\
"""{{ description }}"""

from ..background.ledger import enqueue

SCHEDULE = "{{ kind }} {{ schedule }}"
TIMEZONE = "{{ timezone }}"
RETRIES = {{ retries }}


def {{ name }}() -> None:
    """{{ description }}"""
    # REPLACE: the work of the job
    print("{{ name }}")


def queue_now() -> None:
    """Run it once, now."""
    enqueue({{ name }})
'''
_JOB_TEST = '''\
"""The job {{ name }}."""

from {{ package }}.jobs.{{ name }} import SCHEDULE, {{ name }}


def test_it_has_a_schedule() -> None:
    assert SCHEDULE == "{{ kind }} {{ schedule }}"


def test_it_runs() -> None:
    # REPLACE: what the work leaves
    {{ name }}()
'''
_TASK_CODE = '''\
"""{{ description }}"""

ROUTE = "{{ route }}"
RETRIES = {{ retries }}


def {{ name }}(text: str) -> str:
    """{{ description }}"""
    # REPLACE: the work of the task
    return text
'''
_TASK_TEST = '''\
"""The task {{ name }}."""

from {{ package }}.tasks.{{ name }} import {{ name }}


def test_it_runs() -> None:
    assert {{ name }}("x") == "x"
'''
_MODELS = '''\
"""The table of {{ name }}."""

from dataclasses import dataclass


@dataclass
class {{ item|capitalize }}:
    """A row."""

    id: int
    name: str
'''
_SERVICE = '''\
"""What can be done with {{ name }}."""

from .models import {{ item|capitalize }}

_ROWS: dict[int, {{ item|capitalize }}] = {}


def get(identity: int) -> {{ item|capitalize }} | None:
    """Give one."""
    return _ROWS.get(identity)


def add(row: {{ item|capitalize }}) -> None:
    """Keep one."""
    _ROWS[row.id] = row
'''
_GATEWAY = '''\
"""Another service that {{ name }} are in."""

ADDRESS = "http://127.0.0.1"
'''
_LEGACY = '''\
"""What nobody needs any more."""

LEGACY = True
'''

FIRST: Texts = {
    "project/copier.yml": _PROJECT,
    "project/template/pyproject.toml.jinja": _PYPROJECT,
    "project/template/README.md.jinja": _README,
    "project/template/.env.example.jinja": _ENV,
    "project/template/src/{{ package }}/__init__.py.jinja": "",
    "project/template/src/{{ package }}/logo.bin": b"\x00\xff\x01 logo of the first release\x00",
    "project/template/src/{{ package }}/main.py.jinja": _MAIN,
    "project/template/src/{{ package }}/settings.py.jinja": _SETTINGS,
    "project/template/src/{{ package }}/errors.py.jinja": _ERRORS,
    "project/template/src/{{ package }}/legacy.py.jinja": _LEGACY,
    "project/template/src/{{ package }}/background/__init__.py.jinja": "",
    "project/template/src/{{ package }}/background/runner.py.jinja": _RUNNER,
    "project/template/src/{{ package }}/background/ledger.py.jinja": _LEDGER,
    "project/template/src/{{ package }}/{% if metrics %}metrics.py{% endif %}.jinja": _METRICS,
    "project/template/src/{{ package }}/jobs/__init__.py.jinja": "",
    "project/template/src/{{ package }}/tasks/__init__.py.jinja": "",
    "project/template/src/{{ package }}/modules/__init__.py.jinja": "",
    "job/copier.yml": _JOB,
    "job/template/src/{{ package }}/jobs/{{ name }}.py.jinja": _JOB_CODE,
    "job/template/tests/jobs/test_{{ name }}.py.jinja": _JOB_TEST,
    "task/copier.yml": _TASK,
    "task/template/src/{{ package }}/tasks/{{ name }}.py.jinja": _TASK_CODE,
    "task/template/tests/tasks/test_{{ name }}.py.jinja": _TASK_TEST,
    "module/copier.yml": _MODULE,
    "module/template/src/{{ package }}/modules/{{ name }}/__init__.py.jinja": "",
    "module/template/src/{{ package }}/modules/{{ name }}/models.py.jinja": _MODELS,
    "module/template/src/{{ package }}/modules/{{ name }}/service.py.jinja": _SERVICE,
    "module/template/src/{{ package }}/modules/{{ name }}/"
    "{% if gateway %}gateway.py{% endif %}.jinja": _GATEWAY,
}

_PAGE = '''\
"""A page for operators."""

TITLE = "{{ name }}"
'''
_MAIN_2 = _MAIN.replace("from .errors", "from .web.errors").replace(
    "    handle(app)\n", "    handle(app)\n    app.state.settings = settings\n"
)
_ERRORS_2 = _ERRORS.replace("(ConflictError, 409))", "(ConflictError, 409), (ValueError, 422))")
_JOB_CODE_2 = _JOB_CODE.replace(
    "RETRIES = {{ retries }}\n", 'RETRIES = {{ retries }}\nJITTER = "{{ jitter }}"\n'
)

SECOND: Texts = {
    "project/copier.yml": _PROJECT + "page: {type: bool, default: true}\n",
    "project/template/pyproject.toml.jinja": _PYPROJECT.replace(">=0.110", ">=0.115"),
    "project/template/.env.example.jinja": _ENV.partition("# Nobody")[0] + "# A key\nOPS_KEY=\n",
    "project/template/src/{{ package }}/main.py.jinja": _MAIN_2,
    "project/template/src/{{ package }}/settings.py.jinja": _SETTINGS.replace(
        "legacy_mode: bool = False", 'ops_key: str = ""'
    ),
    "project/template/src/{{ package }}/errors.py.jinja": None,
    "project/template/src/{{ package }}/web/__init__.py.jinja": "",
    "project/template/src/{{ package }}/web/errors.py.jinja": _ERRORS_2,
    "project/template/src/{{ package }}/{% if page %}page.py{% endif %}.jinja": _PAGE,
    "project/template/src/{{ package }}/legacy.py.jinja": None,
    "job/copier.yml": _JOB + 'jitter: {type: str, default: "0s"}\n',
    "job/template/src/{{ package }}/jobs/{{ name }}.py.jinja": _JOB_CODE_2,
    "task/template/src/{{ package }}/tasks/{{ name }}.py.jinja": _TASK_CODE.replace(
        "    return text\n", "    return text.strip()\n"
    ),
    "module/template/src/{{ package }}/modules/{{ name }}/models.py.jinja": _MODELS
    + "    active: bool = True\n",
}
_FORGET = '''

def forget(identity: int) -> None:
    """Drop one."""
    _ROWS.pop(identity, None)
'''

THIRD: Texts = {
    "project/copier.yml": _PROJECT.replace("metrics: {type: bool, default: true}\n", "").replace(
        "default: sqlite", "default: postgresql"
    )
    + "page: {type: bool, default: true}\n_former: {metrics: null}\n",
    "project/template/README.md.jinja": _README.replace(
        "## Tests", "## Operators\n\nThe page is at `/ops`.\n\n## Tests"
    ),
    "project/template/src/{{ package }}/logo.bin": b"\x00\xff\x02 logo of the third release\x00",
    "project/template/src/{{ package }}/main.py.jinja": _MAIN_2.replace(".background", ".engine"),
    "project/template/src/{{ package }}/background/__init__.py.jinja": None,
    "project/template/src/{{ package }}/background/runner.py.jinja": None,
    "project/template/src/{{ package }}/background/ledger.py.jinja": None,
    "project/template/src/{{ package }}/engine/__init__.py.jinja": "",
    "project/template/src/{{ package }}/engine/runner.py.jinja": _RUNNER.replace(
        "daemon=True", 'daemon=True, name="work"'
    ),
    "project/template/src/{{ package }}/engine/ledger.py.jinja": _LEDGER,
    "project/template/src/{{ package }}/{% if metrics %}metrics.py{% endif %}.jinja": None,
    "project/template/src/{{ package }}/metrics.py.jinja": _METRICS,
    "job/copier.yml": _JOB.replace("default: 0}", "default: 2}")
    + 'jitter: {type: str, default: "0s"}\n',
    "job/template/src/{{ package }}/jobs/{{ name }}.py.jinja": _JOB_CODE_2.replace(
        "..background", "..engine"
    ),
    "job/template/tests/jobs/test_{{ name }}.py.jinja": None,
    "job/template/tests/jobs/{{ name }}_test.py.jinja": _JOB_TEST,
    "module/template/src/{{ package }}/modules/{{ name }}/service.py.jinja": _SERVICE + _FORGET,
}
