"""What programs see of the caller's environment."""

import tempfile

import pytest

from fastforge.environment.variables import Variables, for_git, for_server, for_tools, for_uv

PYTHON = "PYTHONPATH PYTHONHOME PYTHONOPTIMIZE PYTHONWARNINGS PYTHONSTARTUP PYTHONINSPECT"
PYTHON += " PYTHONDONTWRITEBYTECODE PYTHONIOENCODING PYTHONNOUSERSITE VIRTUAL_ENV"
PLACES = "UV_PROJECT_ENVIRONMENT UV_PROJECT UV_WORKING_DIR UV_WORKING_DIRECTORY UV_PYTHON UV_FROZEN"
PLACES += " UV_LOCKED UV_NO_SYNC UV_NO_DEV UV_NO_GROUP UV_NO_DEFAULT_GROUPS UV_NO_EDITABLE"
PLACES += " UV_NO_INSTALL_PROJECT UV_NO_INSTALL_LOCAL UV_ISOLATED UV_ENV_FILE"
SERVERS = "PGSERVICE PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGOPTIONS PGSERVICEFILE"
SERVERS += " PROMETHEUS_MULTIPROC_DIR WEB_CONCURRENCY UVICORN_WORKERS FORWARDED_ALLOW_IPS"
PROXIES = "http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy ftp_proxy"
CHECKS = "PYTEST_ADDOPTS PYTEST_PLUGINS PYTEST_DISABLE_PLUGIN_AUTOLOAD RUFF_CONFIG MYPYPATH"
CHECKS += " MYPY_CACHE_DIR TY_CONFIG_FILE COVERAGE_RCFILE COVERAGE_FILE ALEMBIC_CONFIG FORCE_COLOR"


def seen(environment: Variables, names: str) -> list[str]:
    return [name for name in names.split() if environment.get(name) == "given"]


@pytest.fixture(autouse=True)
def _all_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in f"{PYTHON} {PLACES} {SERVERS} {PROXIES} {CHECKS} {MINE} SMTP_URL".split():
        monkeypatch.setenv(name, "given")


MINE = "UV_CACHE_DIR UV_DEFAULT_INDEX UV_INDEX_URL UV_OFFLINE SSL_CERT_FILE XDG_RUNTIME_DIR"
MINE += " TEST_DATABASE_URL TEST_REDIS_URL PYTEST_XDIST_AUTO_NUM_WORKERS"


def test_what_changes_python_reaches_no_child() -> None:
    for environment in (for_git(), for_uv(), for_tools(), for_server({})):
        assert seen(environment, PYTHON) == []


def test_uv_keeps_the_network_and_puts_the_environment_where_the_project_is() -> None:
    assert seen(for_uv(), PLACES) == []
    assert seen(for_uv(), f"{PROXIES} {MINE}") == f"{PROXIES} {MINE}".split()


def test_tests_reach_their_own_servers_and_find_what_they_would_find_elsewhere() -> None:
    assert seen(for_tools(), f"{SERVERS} {PROXIES} {CHECKS}") == []
    assert seen(for_tools(), f"{MINE} SMTP_URL") == [*MINE.split(), "SMTP_URL"]
    assert for_tools({"COVERAGE_FILE": "here"})["COVERAGE_FILE"] == "here"


def test_the_service_that_is_tried_sees_next_to_nothing() -> None:
    tried = for_server({"DATABASE_URL": "sqlite:///x.db"})

    assert seen(tried, f"{SERVERS} {PROXIES} {CHECKS} {PLACES} SMTP_URL TEST_DATABASE_URL") == []
    assert tried.keys() >= {"PATH", "DATABASE_URL"}


def test_a_temporary_folder_that_cannot_be_written_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", "/proc/nowhere")
    monkeypatch.setattr(tempfile, "tempdir", None)

    assert for_tools()["TMPDIR"] == tempfile.gettempdir() != "/proc/nowhere"
