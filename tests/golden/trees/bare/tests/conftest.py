"""Fixtures: a database of its own for each test, the real application around it, and waiting."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from dotenv import dotenv_values
from fastapi import FastAPI
from fastapi.testclient import TestClient

from my_shop.database import Database
from my_shop.database.schema import upgrade
from my_shop.main import create_app
from my_shop.settings import Settings

LONGEST_WAIT_SECONDS = 30
HERE = ("127.0.0.1", 50000)
"""The address of a caller on this machine."""
_FROM_OUTSIDE = re.compile(
    r"(?i:\w+_proxy)|UVICORN_\w+|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|FORCE_COLOR|PYTHONOPTIMIZE"
)
"""Variables of the shell that would change what the tests and their servers talk to."""
PROJECT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Drop them, for the processes that tests start too."""
    for name in filter(_FROM_OUTSIDE.fullmatch, list(os.environ)):
        del os.environ[name]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own environment and .env out of the tests.

    A setting without a default has the value that .env.example shows, else that of .env.
    """
    monkeypatch.setattr(Settings, "model_config", {**Settings.model_config, "env_file": None})
    shown = {**dotenv_values(PROJECT / ".env"), **dotenv_values(PROJECT / ".env.example")}
    for name, field in Settings.model_fields.items():
        monkeypatch.delenv(name.upper(), raising=False)
        if field.is_required() and (value := shown.get(name.upper())):
            monkeypatch.setenv(name.upper(), value)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one database; each test gets a copy of its file, which takes milliseconds."""
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """Give the URL of a database for one test, with its tables and nothing in them."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'test.db')}"


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    """Give the URL of a database without tables."""
    return f"sqlite:///{tmp_path / 'new.db'}"


@pytest.fixture
def no_database_url(tmp_path: Path) -> str:
    """Give a URL at which no database can be."""
    return f"sqlite:///{tmp_path}/missing/x.db"


@cache
def defaults() -> Settings:
    """Read the settings once; that takes longer than many a test."""
    return Settings()


@pytest.fixture
def settings(
    database_url: str,
    tmp_path: Path,
) -> Settings:
    """Settings for one test: its own database, and waits that are short."""
    own = {
        "database_url": database_url,
        "poll_seconds": 0.05,
        "lease_seconds": 2,
        "shutdown_grace_seconds": 1,
        "background_heartbeat_file": str(tmp_path / "heartbeat"),
    }
    return defaults().model_copy(update=own)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """Give the environment of a process of its own that uses what the test uses."""
    names = ["database_url", "background_heartbeat_file"]
    return {**os.environ, **{name.upper(): getattr(settings, name) for name in names}}


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Open the test's database."""
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """Make the application; override its dependencies before `client` starts it."""
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Start the application for real, lifespan included, and stop it at the end of the test.

    It is called from this machine, so routes for clients need no key.
    """
    with TestClient(app, client=HERE) as client:
        yield client


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Wait for a condition that comes true in another thread or process."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, "the condition did not come true"
            time.sleep(0.01)

    return wait
