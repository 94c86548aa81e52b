"""What the programs that fastforge starts may see of the caller's environment.

A variable of the shell changes what a program does: which repository git writes to, where uv puts
an environment, which server a test reaches. So each kind of program is given what it needs.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

Variables = dict[str, str]

_OF_GIT = re.compile(
    r"GIT_(?:AUTHOR|COMMITTER)_\w+|GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|GIT_EXEC_PATH|GIT_SSL_\w+"
    r"|GIT_SSH\w*|GIT_ASKPASS|GIT_TERMINAL_PROMPT|GIT_TEMPLATE_DIR|GIT_CEILING_DIRECTORIES"
    r"|GIT_DISCOVERY_ACROSS_FILESYSTEM"
)
"""Who commits, and how git is set up. All else (`git rev-parse --local-env-vars`) may name another
repository, its index or its objects, as it does in every git hook."""

_OF_PYTHON = re.compile(r"PYTHONPYCACHEPREFIX|PYTHON_KEYRING_BACKEND")
"""All else changes what Python runs or how: PYTHONPATH, PYTHONOPTIMIZE, PYTHONWARNINGS...

PYTHONDONTWRITEBYTECODE too: with it each process of a verification compiles FastAPI, SQLAlchemy and
the rest again, 3 s instead of 1 s. Without it the bytecode stays in the project's `.venv`, where
the user's first start profits too."""

_NOT_FOR_UV = re.compile(
    r"UV_(?:PROJECT|PROJECT_ENVIRONMENT|WORKING_DIR|WORKING_DIRECTORY|PYTHON|SYSTEM_PYTHON|ENV_FILE"
    r"|LOCKED|FROZEN|NO_SYNC|ISOLATED|DEV|NO_DEV|(?:NO_|ONLY_|ALL_)?GROUPS?|NO_DEFAULT_GROUPS"
    r"|(?:NO_)?EDITABLE|NO_INSTALL_\w+|NO_EDITABLE_PACKAGE|TARGET|PREFIX|BREAK_SYSTEM_PACKAGES"
    r"|PACKAGE|ALL_PACKAGES|DRY_RUN|UPGRADE\w*|BUILD_CONSTRAINT|NO_PROGRESS|OUTPUT_FORMAT)"
)
"""What is installed, and where, the project says; indexes, cache and network are the user's."""

_NOT_FOR_TOOLS = re.compile(
    r"(?i:\w+_proxy)|PG[A-Z]+|PROMETHEUS_MULTIPROC_DIR|prometheus_multiproc_dir|ALEMBIC_\w+"
    r"|PYTEST_(?!XDIST_AUTO_NUM_WORKERS$)\w+|PY_COLORS|FORCE_COLOR|CLICOLOR_FORCE"
    r"|(?:RUFF|MYPY|TY|COVERAGE|COV|UVICORN|FASTAPI)_\w+|MYPYPATH|WEB_CONCURRENCY"
    r"|FORWARDED_ALLOW_IPS"
)
"""What would reach the tests' own servers, or change what a check finds."""

_FOR_SERVERS = re.compile(r"PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LC_\w+|SSL_CERT_\w+|SYSTEMROOT")
"""Nothing else of the caller's environment reaches the service when it is tried: it might name a
real mail server, payment gateway or database."""


def for_git() -> Variables:
    """Give the environment of git, which speaks English."""
    return {**_usual(), "LC_ALL": "C"}


def for_uv() -> Variables:
    """Give the environment of uv."""
    return {name: text for name, text in _usual().items() if not _NOT_FOR_UV.fullmatch(name)}


def for_tools(extra: Mapping[str, str] | None = None) -> Variables:
    """Give the environment of the project's tests, linters and type checkers."""
    kept = {name: text for name, text in for_uv().items() if not _NOT_FOR_TOOLS.fullmatch(name)}
    return {**kept, **(extra or {})}


def for_server(extra: Mapping[str, str]) -> Variables:
    """Give the environment of the service when it is tried, with the settings in `extra`."""
    usual = _usual().items()
    return {**{name: text for name, text in usual if _FOR_SERVERS.fullmatch(name)}, **extra}


def for_release(cache: Path) -> Variables:
    """Give the environment of an earlier release that renders, whose cache is in `cache`."""
    return for_server({"XDG_CACHE_HOME": str(cache)})


def _usual() -> Variables:
    """Leave out what changes any program, and name a temporary folder that can be written."""
    kept = {name: text for name, text in os.environ.items() if _is_harmless(name)}
    if "TMPDIR" in kept:
        kept["TMPDIR"] = tempfile.gettempdir()
    return kept


def _is_harmless(name: str) -> bool:
    if name.startswith("GIT_"):
        return _OF_GIT.fullmatch(name) is not None
    if name.startswith("PYTHON"):
        return _OF_PYTHON.fullmatch(name) is not None
    return name not in {"VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__"}
