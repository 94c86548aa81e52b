"""What may be the name of a project, and of a part of one, and why not otherwise."""

import builtins
import keyword
import re
import sys

from fastforge.errors import UsageError

LONGEST = 40
"""Characters in a name: with more, generated lines would pass the project's line length."""

DEPENDENCIES = frozenset(
    """
    aio_pika aiormq aiosmtpd alembic amqp anyio apscheduler asgi billiard celery cffi click coverage
    croniter cronsim cryptography dateutil dotenv email_validator execnet fastapi fastapi_cli
    fastforge google greenlet h11 httpcore httpcore2 httpx httpx2 hypothesis idna iniconfig jinja2
    jwt kombu mako mypy opentelemetry packaging pip pluggy procrastinate prometheus_client psycopg
    pydantic pydantic_core pydantic_settings pygments pytest pytest_cov pytest_randomly pytest_xdist
    redis requests rich ruff setuptools sniffio sqlalchemy starlette taskiq taskiq_aio_pika
    taskiq_redis ty typer typing_extensions tzdata tzlocal uv uvicorn uvloop vine watchfiles
    websockets wheel xdist yaml
    """.split()
)
"""Import and distribution names that a generated project uses or its tools bring along."""

WORDS = frozenset([*keyword.kwlist, *keyword.softkwlist, "type"])
"""Keywords and soft keywords; `type` is one since Python 3.12."""

STANDARD = sys.stdlib_module_names | frozenset(
    """
    aifc annotationlib asynchat asyncore audioop cgi cgitb chunk compression crypt distutils
    imghdr imp lib2to3 mailcap msilib nis nntplib ossaudiodev pathlib pipes smtpd sndhdr spwd
    sunau telnetlib test tkinter uu xdrlib
    """.split()
)
"""Modules of the standard library: of the running Python, and those that 3.11 to 3.14 differ in."""

FOLDERS = frozenset(
    "build conftest dist docs env htmlcov migrations monitoring node_modules src tests venv".split()
)
"""Top-level names that the project or its tools use for something else."""

OF_WINDOWS = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
"""No file of Windows can have these names, whatever comes after a dot (`con.py`)."""

BUILTINS = frozenset(dir(builtins))
"""What the function of a job or task would hide where it is imported."""

_PROJECT = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_PART = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def package_name(project: str) -> str:
    """Give the import name of a project: `my-shop` becomes `my_shop`."""
    return project.replace("-", "_")


def check_project_name(name: str) -> None:
    """Raise UsageError if a project cannot be called `name`."""
    _check_shape("project", name, _PROJECT, "lower-case letters, digits, `-` and `_`")
    _check_meaning("project", name, package_name(name), DEPENDENCIES | FOLDERS)


def check_part_name(kind: str, name: str) -> None:
    """Raise UsageError if a `kind` ("job", "task", "module", "item") cannot be called `name`."""
    _check_shape(kind, name, _PART, "lower-case letters, digits and `_`")
    _check_meaning(kind, name, name, BUILTINS if kind in {"job", "task"} else frozenset())


def is_part_name(name: str) -> bool:
    """Tell whether `name` has the shape of a part's."""
    return len(name) <= LONGEST and _PART.fullmatch(name) is not None


def _check_shape(kind: str, name: str, shape: re.Pattern[str], allowed: str) -> None:
    if not name:
        raise UsageError(f"The {kind} name is empty.", f"Give one of {allowed}.")
    if len(name) > LONGEST:
        problem = f"The {kind} name has {len(name)} characters; {LONGEST} is the most."
        raise UsageError(problem, "Give a shorter one.")
    if name[0].isascii() and name[0].isdigit():
        problem = f"The {kind} name {_show(name)} starts with a digit, so it cannot be imported."
        raise UsageError(problem, _suggest(name, shape, allowed))
    if not shape.fullmatch(name):
        problem = f"The {kind} name {_show(name)} is not made of {allowed}, starting with a letter."
        raise UsageError(problem, _suggest(name, shape, allowed))


def _check_meaning(kind: str, name: str, module: str, taken: frozenset[str]) -> None:
    if module in OF_WINDOWS and kind != "item":
        why = "cannot be the name of a file on Windows, where a colleague may check it out"
    elif module in WORDS:
        why = "is a word of the Python language"
    elif module in STANDARD:
        why = "is a module of Python's standard library"
    elif module in taken & DEPENDENCIES:
        why = "is the name of a package that the project uses"
    elif module in taken & BUILTINS:
        why = "is a builtin of Python"
    elif module in taken:
        why = "is a folder or module that the project or its tools use for something else"
    else:
        return
    hint = f"Choose another, for example `{name}{'-' if kind == 'project' else '_'}service`."
    raise UsageError(f"The {kind} name `{name}` {why}.", hint)


def _show(name: str) -> str:
    """Make a name safe to print: control characters and the like as escapes."""
    return "`" + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name) + "`"


def _suggest(name: str, shape: re.Pattern[str], allowed: str) -> str:
    joint = "-" if shape is _PROJECT else "_"
    words = re.findall(r"[a-z0-9]+", name.lower().lstrip("0123456789"))
    candidate = joint.join(words).lstrip("0123456789")
    if shape.fullmatch(candidate):
        return f"Try `{candidate}`."
    return f"Use {allowed}, for example `my{joint}shop`."
