"""The task `send_email` with STARTTLS, SMTPS and a login."""

import smtplib
import ssl
from collections.abc import Callable
from typing import cast

import pytest
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from shop.background import RunContext
from shop.modules.notifications.schemas import Email
from shop.tasks.send_email import TASK, send_email

MAIL = Email(email="ada@example.com", subject="Hello", message="Hi")
USER = LoginPassword(b"shop@example.org", b"p@ss/word")
LOGIN = "shop%40example.org:p%40ss%2Fword"

Serve = Callable[..., str]
SendingTo = Callable[..., RunContext]


def authenticate(*arguments: object) -> AuthResult:
    return AuthResult(success=arguments[-1] == USER, handled=False)


@pytest.mark.usefixtures("trusted")
def test_starttls_and_login_come_before_the_mail(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo, tls: ssl.SSLContext
) -> None:
    server = serve(tls_context=tls, auth_required=True, authenticator=authenticate)

    send_email(MAIL, sending_to(f"smtp://{LOGIN}@{server}?starttls=1"))

    assert len(mailbox) == 1


@pytest.mark.usefixtures("trusted")
def test_a_login_without_a_password_has_an_empty_one(
    serve: Serve, sending_to: SendingTo, tls: ssl.SSLContext
) -> None:
    tried: list[LoginPassword] = []

    def note(*arguments: object) -> AuthResult:
        tried.append(cast("LoginPassword", arguments[-1]))
        return AuthResult(success=True)

    server = serve(tls_context=tls, auth_required=True, authenticator=note)

    send_email(MAIL, sending_to(f"smtp://shop@{server}?starttls=1"))

    assert tried == [LoginPassword(b"shop", b"")]


@pytest.mark.usefixtures("trusted")
def test_smtps_is_encrypted_from_the_start(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo, tls: ssl.SSLContext
) -> None:
    send_email(MAIL, sending_to(f"smtps://{serve(ssl_context=tls)}"))

    assert len(mailbox) == 1


@pytest.mark.parametrize(
    ("url", "option"), [("smtps://{}", "ssl_context"), ("smtp://{}?starttls=1", "tls_context")]
)
def test_a_server_that_cannot_prove_who_it_is_gets_no_mail(
    serve: Serve, sending_to: SendingTo, tls: ssl.SSLContext, url: str, option: str
) -> None:
    server = serve(**{option: tls})

    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        send_email(MAIL, sending_to(url.format(server)))

    assert TASK.may_retry(1, raised.value)  # although it is a ValueError


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_tried_again(
    serve: Serve, sending_to: SendingTo, tls: ssl.SSLContext
) -> None:
    """T13."""
    server = serve(tls_context=tls, auth_required=True, authenticator=authenticate)

    with pytest.raises(smtplib.SMTPAuthenticationError, match="535") as raised:
        send_email(MAIL, sending_to(f"smtp://shop%40example.org:wrong-one@{server}?starttls=1"))

    assert "wrong-one" not in str(raised.value)
    assert TASK.may_retry(1, raised.value)


def test_a_server_without_the_encryption_asked_for_gets_no_mail(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo
) -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS") as raised:
        send_email(MAIL, sending_to(f"smtp://{serve()}?starttls=1"))

    assert mailbox == []
    assert TASK.may_retry(1, raised.value)
