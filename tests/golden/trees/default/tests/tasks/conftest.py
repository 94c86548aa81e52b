"""A mail server in the test's own process, and a context to send from."""

import socket
import ssl
from asyncio import AbstractServer
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from shop.background import RunContext
from shop.database import Database
from shop.settings import Settings


@dataclass
class Handler:
    """Keeps what the server is given, and how clients name themselves.

    `replies` has other answers to a command than that all is well.
    """

    mailbox: list[Envelope]
    replies: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, usual: list[str]
    ) -> list[str]:
        session.host_name = name
        return [self.replies["EHLO"]] if "EHLO" in self.replies else usual

    async def handle_HELO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str
    ) -> str:
        session.host_name = name
        return self.replies.get("EHLO", "250 OK")

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        self.names.append(str(session.host_name))
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_QUIT(  # noqa: N802
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        return self.replies.get("QUIT", "221 Bye")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.replies.get("RCPT") == "hang up" and server.transport:
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.mailbox.append(envelope)
        return self.replies.get("DATA", "250 OK")


class MailServer(Controller):
    """Listens on any free port; `port` then says which."""

    def _create_server(self) -> Awaitable[AbstractServer]:
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


@pytest.fixture
def mailbox() -> list[Envelope]:
    """Hold the mails that arrived."""
    return []


@pytest.fixture
def names() -> list[str]:
    """Hold the names with which clients said EHLO."""
    return []


@pytest.fixture
def serve(mailbox: list[Envelope], names: list[str]) -> Iterator[Callable[..., str]]:
    """Start a mail server with `replies` and aiosmtpd's options; give its address as host:port."""
    started = []

    def start(replies: dict[str, str] | None = None, **options: Any) -> str:  # noqa: ANN401
        server = MailServer(Handler(mailbox, replies or {}, names), "127.0.0.1", **options)
        server.start()
        started.append(server)
        return f"127.0.0.1:{server.port}"

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Make a throw-away certificate authority."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let OpenSSL trust the authority."""
    file = str(tmp_path / "authority.pem")
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", file)


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """Make the server's side of TLS, with a certificate for 127.0.0.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def sending_to(settings: Settings, database: Database) -> Callable[..., RunContext]:
    """Make the context of a first attempt, with a URL as SMTP_URL."""

    def make(url: str | None, timeout: float = 5, **more: object) -> RunContext:
        values = {"smtp_url": url, "smtp_timeout_seconds": timeout, **more}
        configured = Settings.model_validate({**settings.model_dump(), **values})
        due_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        return RunContext(UUID(int=7), "send_email", 1, due_at, configured, database)

    return make
