"""SMTP_URL and MAIL_FROM: a mistake is found at start, and the whole way of a mail."""

from collections.abc import Callable

import pytest
from aiosmtpd.smtp import Envelope
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from shop.background import Accepted, EnqueueDep
from shop.modules.notifications.schemas import Email
from shop.settings import Settings
from shop.tasks.send_email import TASK


@pytest.mark.parametrize(
    "url",
    [
        "smtp://user:hunter2@localhost?startls=1",
        "smtp://user:hunter2@localhost?starttls=0",
        "http://user:hunter2@localhost",
        "user:hunter2@localhost",
        "smtp://",
        "smtp://user:hunter2%C3%A9@localhost",
        "smtp://us%C3%A9r:hunter2@localhost",
    ],
)
def test_a_wrong_smtp_url_is_refused_at_start_without_showing_the_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SMTP_URL", url)

    with pytest.raises(ValidationError, match="smtp_url") as raised:
        Settings()

    assert "hunter2" not in str(raised.value)


def test_a_wrong_option_of_the_mail_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://localhost?tls=1")

    with pytest.raises(
        ValidationError, match=r"error, the only option of a mail server is \?starttls=1"
    ):
        Settings()


@pytest.mark.parametrize("query", ["", "?starttls=1"])
def test_a_right_smtp_url_is_kept_secret(monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setenv("SMTP_URL", f"smtp://user:hunter2@localhost:587{query}")

    settings = Settings()

    assert settings.smtp_url is not None
    assert settings.smtp_url.get_secret_value().password == "hunter2"  # noqa: S105
    assert "hunter2" not in repr(settings)


def test_mail_from_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "shop@example.org\nBcc: eve@example.com")

    with pytest.raises(ValidationError, match="mail_from"):
        Settings()


def test_a_notification_is_sent_once_the_response_is_out(
    app: FastAPI,
    settings: Settings,
    serve: Callable[..., str],
    mailbox: list[Envelope],
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    url = f"smtp://{serve()}"
    app.state.settings = Settings.model_validate({**settings.model_dump(), "smtp_url": url})
    mail = {"email": "ada@example.com", "message": "Hi"}

    @app.post("/-/mail")
    def queue(email: Email, enqueue: EnqueueDep) -> Accepted:
        return enqueue(TASK, email)

    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        location = client.post("/-/mail", json=mail).headers["Location"]
        wait_until(lambda: client.get(location).json()["state"] == "succeeded")

    assert [arrived.rcpt_tos for arrived in mailbox] == [["ada@example.com"]]
