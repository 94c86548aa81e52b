"""Fixtures: a database for each test, settings, the real application, waiting for a condition."""

import gc
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from dotenv import dotenv_values
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # prometheus-client reads it when it is imported

from shop import database as databases
from shop.database import Database
from shop.database.engine import create_engine
from shop.database.schema import upgrade
from shop.main import create_app
from shop.process.discovery import metadata
from shop.settings import Settings

pytest_plugins = ["tests.servers.fixtures"]
LONGEST_WAIT_SECONDS = 30
HERE = ("127.0.0.1", 50000)
"""The address of a caller on this machine."""
_FROM_OUTSIDE = re.compile(
    r"(?i:\w+_proxy)|UVICORN_\w+|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|FORCE_COLOR|PYTHONOPTIMIZE"
    r"|PG[A-Z]+"
)
"""Environment variables that would change which servers the tests use."""
PROJECT = Path(__file__).resolve().parent.parent


def pytest_collection_finish() -> None:
    """Tell the garbage collector that what is imported stays: it need not look at it again."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """Unset them, also for the processes that tests start."""
    for name in filter(_FROM_OUTSIDE.fullmatch, list(os.environ)):
        del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """Keep the developer's own environment and .env out of the tests.

    A setting without a default has the value that .env.example shows, else that of .env.
    """
    shown = {**dotenv_values(PROJECT / ".env"), **dotenv_values(PROJECT / ".env.example")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Settings, "model_config", {**Settings.model_config, "env_file": None})
        for name, field in Settings.model_fields.items():
            patch.delenv(name.upper(), raising=False)
            if field.is_required() and (value := shown.get(name.upper())):
                patch.setenv(name.upper(), value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_databases() -> Iterator[None]:
    """Let the databases of all tests share what SQLAlchemy has compiled.

    Each test has an engine of its own, and an engine begins with nothing compiled.
    """
    first: list[Engine] = []

    def create(url: str, connections: int) -> Engine:
        engine = create_engine(url, connections)
        if not first or first[0].dialect.server_version_info is None:  # it has never connected
            first[:] = [engine]
        engine.dialect, engine._compiled_cache = first[0].dialect, first[0]._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "create_engine", create)
        yield


@pytest.fixture(scope="session")
def migrated_database(make_database: Callable[[], str]) -> Iterator[Database]:
    """Migrate one database for the tests of this process."""
    database = Database(make_database())
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def database_url(migrated_database: Database) -> str:
    """Return the URL of a database for one test, with empty tables."""
    with migrated_database.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '20s'"))  # somebody left it locked
        for table in reversed(metadata().sorted_tables):
            connection.execute(table.delete())
    return migrated_database.url


@pytest.fixture
def own_database_url(empty_database_url: str) -> str:
    """Return the URL of a database with empty tables whose schema a test may change."""
    database = Database(empty_database_url)
    upgrade(database)
    database.close()
    return empty_database_url


@pytest.fixture
def empty_database_url(make_database: Callable[[], str]) -> str:
    """Return the URL of a database without tables."""
    return make_database()


@pytest.fixture
def no_database_url() -> str:
    """Give a URL at which no server is."""
    return "postgresql:///x?host=/no/server/is/here"


@pytest.fixture(autouse=True)
def _logs_of_this_test_only(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Keep out of `caplog` what threads of earlier tests still log."""
    earlier = [each for each in threading.enumerate() if each is not threading.current_thread()]

    def is_of_this_test(record: logging.LogRecord) -> bool:
        return not any(each.ident == record.thread and each.is_alive() for each in earlier)

    caplog.handler.addFilter(is_of_this_test)
    yield
    caplog.handler.removeFilter(is_of_this_test)


@cache
def defaults() -> Settings:
    """Read the settings once, because that takes longer than many tests."""
    return Settings()


@pytest.fixture
def settings(
    database_url: str,
    broker_url: str,
    pg_dump: str,
    tmp_path: Path,
) -> Settings:
    """Return settings for one test: its own database, and short waits."""
    own = {
        "database_url": database_url,
        "broker_url": broker_url,
        "broker_queue": f"test-{uuid4()}",
        "poll_seconds": 0.05,
        "lease_seconds": 2,
        "shutdown_grace_seconds": 1,
        "background_heartbeat_file": str(tmp_path / "heartbeat"),
        "files_folder": str(tmp_path / "files"),
        "runner": True,
        "mail_to_log": True,
        "pg_dump": pg_dump,
    }
    return defaults().model_copy(update=own)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """Return the environment for a new process with the settings of the test."""
    names = ["database_url", "background_heartbeat_file"]
    names += ["broker_url", "broker_queue"]
    own = {name.upper(): getattr(settings, name) for name in names}
    return {**os.environ, **own, "RUNNER": "true"}


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Open the test's database."""
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def application(_no_settings_from_outside: None) -> FastAPI:
    """Make the application once: its first request builds all routes, which takes long."""
    return create_app(defaults())


@pytest.fixture
def app(application: FastAPI, settings: Settings) -> Iterator[FastAPI]:
    """Lend the application to a test, with the settings of the test.

    Settings, registry, routes and dependencies that it changes before `client` starts it are put
    back. A test that changes more, such as the middleware, makes its own: `create_app(settings)`.
    """
    router = application.router
    routes, lifespan = list(router.routes), router.lifespan_context
    application.state.settings, application.state.registry = settings, None
    yield application
    router.routes[:], router.lifespan_context = routes, lifespan
    application.dependency_overrides.clear()
    application.openapi_schema = None


@pytest.fixture
def only_requests(settings: Settings) -> None:
    """Let `client` start neither runner nor scheduler: the test is about requests."""
    settings.runner = settings.scheduler = False


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Start the real application, with its lifespan, and stop it at the end of the test.

    It is called from this machine, so routes for clients need no key.
    """
    with TestClient(app, client=HERE) as client:
        yield client


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Wait for a condition that another thread or process makes true."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, "the condition did not come true"
            time.sleep(0.01)

    return wait
