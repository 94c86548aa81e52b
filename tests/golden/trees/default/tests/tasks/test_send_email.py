"""The task `send_email`, against a real mail server."""

import logging
import re
import smtplib
import socket
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.smtp import Envelope
from pydantic import ValidationError

from shop.background import RunContext
from shop.modules.notifications.schemas import Email
from shop.tasks.send_email import (
    TASK,
    MailRefusedError,
    send_email,
)
from shop.web.errors import UnavailableError

MAIL = Email(email="ada@example.com", subject="Hello \N{SNOWMAN}", message="Secret\n")

Serve = Callable[..., str]
SendingTo = Callable[..., RunContext]


def test_the_mail_arrives_as_it_was_written(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo
) -> None:
    send_email(MAIL, sending_to(f"smtp://{serve()}"))

    assert [mail.rcpt_tos for mail in mailbox] == [["ada@example.com"]]
    raw = mailbox[0].original_content or b""
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"] == MAIL.subject
    assert message.get_content().replace("\r\n", "\n") == MAIL.message
    assert message["Message-ID"].startswith("<00000000-0000-0000-0000-000000000007@")


def test_the_mail_is_from_the_sender_of_the_settings_and_dated_by_when_it_fell_due(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo
) -> None:
    context = sending_to(f"smtp://{serve()}")

    send_email(MAIL, context)

    [mail] = mailbox
    message = message_from_bytes(mail.original_content or b"", policy=policy.default)
    assert mail.mail_from == message["From"] == context.settings.mail_from
    assert message["Date"].datetime == context.due_at.replace(microsecond=0)


def test_the_server_is_told_a_full_name_or_an_address(
    serve: Serve, names: list[str], sending_to: SendingTo
) -> None:
    """RFC 5321, 4.1.3: strict servers refuse a bare host name."""
    send_email(MAIL, sending_to(f"smtp://{serve()}"))

    [name] = names
    assert "." in name
    assert name == socket.getfqdn() or re.fullmatch(r"\[[0-9.]+\]", name)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_refusal_for_good_is_final(serve: Serve, sending_to: SendingTo, command: str) -> None:
    server = serve({command: "500 no such user"})

    with pytest.raises(MailRefusedError, match="no such user") as raised:
        send_email(MAIL, sending_to(f"smtp://{server}"))

    assert not TASK.may_retry(1, raised.value)


def test_a_mail_that_is_too_large_for_the_server_is_final(
    serve: Serve, sending_to: SendingTo
) -> None:
    server = serve(data_size_limit=100)

    with pytest.raises(MailRefusedError, match="552") as raised:
        send_email(MAIL, sending_to(f"smtp://{server}"))

    assert not TASK.may_retry(1, raised.value)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_refusal_for_now_is_tried_again(
    serve: Serve, sending_to: SendingTo, command: str
) -> None:
    server = serve({command: "451 come back later"})

    with pytest.raises(smtplib.SMTPException, match="come back later") as raised:
        send_email(MAIL, sending_to(f"smtp://{server}"))

    assert TASK.may_retry(1, raised.value)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("EHLO", "550 I do not know you"),
        ("MAIL", "550 this sender may not"),
        ("MAIL", "530 log in first"),
        ("RCPT", "530 log in first"),
        ("DATA", "535 log in first"),
    ],
)
def test_what_is_wrong_with_us_is_tried_again(
    serve: Serve, sending_to: SendingTo, command: str, reply: str
) -> None:
    """T13: the settings or the server can be mended, and the mail is right."""
    with pytest.raises(smtplib.SMTPException, match=reply[4:]) as raised:
        send_email(MAIL, sending_to(f"smtp://{serve({command: reply})}"))

    assert TASK.may_retry(1, raised.value)


def test_a_server_that_hangs_up_is_tried_again(serve: Serve, sending_to: SendingTo) -> None:
    with pytest.raises(smtplib.SMTPServerDisconnected) as raised:
        send_email(MAIL, sending_to(f"smtp://{serve({'RCPT': 'hang up'})}"))

    assert TASK.may_retry(1, raised.value)


def test_a_mail_that_was_taken_is_sent_however_the_server_says_goodbye(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo
) -> None:
    send_email(MAIL, sending_to(f"smtp://{serve({'QUIT': '421 too busy'})}"))

    assert len(mailbox) == 1


def test_a_domain_of_other_letters_is_sent_by_its_a_label(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo
) -> None:
    mail = Email.model_validate({**MAIL.model_dump(), "email": "ada@b\u00fccher.example"})
    context = sending_to(f"smtp://{serve()}", mail_from="shop@gr\u00fc\u00dfe.example")

    send_email(mail, context)

    [arrived] = mailbox
    assert arrived.rcpt_tos == ["ada@xn--bcher-kva.example"]
    assert arrived.mail_from == "shop@xn--gre-6ka8l.example"
    assert (arrived.original_content or b"").isascii()


def test_an_unreachable_server_is_tried_again(sending_to: SendingTo) -> None:
    with pytest.raises(ConnectionRefusedError) as raised:
        send_email(MAIL, sending_to("smtp://127.0.0.1:1"))

    assert TASK.may_retry(3, raised.value)
    assert not TASK.may_retry(4, raised.value)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_does_not_answer_is_given_up_and_tried_again(
    sending_to: SendingTo, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(OSError, match="timed out") as raised:
            send_email(MAIL, sending_to(url, timeout=0.1))

    assert TASK.may_retry(1, raised.value)


def test_a_stored_mail_that_no_longer_fits_is_final(sending_to: SendingTo) -> None:
    with pytest.raises(ValidationError) as raised:
        TASK.call(sending_to(None), "{}")

    assert not TASK.may_retry(1, raised.value)


def test_a_mail_that_cannot_be_written_is_final(sending_to: SendingTo) -> None:
    unchecked = Email.model_construct(email="a@example.com, b@example.com", subject="", message="")

    with pytest.raises(MailRefusedError) as raised:
        send_email(unchecked, sending_to("smtp://127.0.0.1:1"))

    assert not TASK.may_retry(1, raised.value)


def test_how_a_mail_is_treated() -> None:
    assert TASK.timeout == timedelta(seconds=30)
    assert TASK.limit == 5
    assert timedelta(seconds=1) <= TASK.delay(1, OSError()) <= timedelta(seconds=2)
    assert not TASK.may_repeat(1)  # cut off in the middle, it may have been sent


def test_without_a_server_the_log_says_what_would_be_sent_but_not_the_text(
    sending_to: SendingTo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    send_email(MAIL, sending_to(None, mail_to_log=True))

    to, subject = MAIL.email, MAIL.subject
    assert caplog.messages == [f"SMTP_URL is not set: no mail to {to} about {subject!r}"]


def test_without_a_server_no_mail_counts_as_sent_unless_that_is_wanted(
    sending_to: SendingTo,
) -> None:
    """T13."""
    with pytest.raises(UnavailableError, match=r"^mail is off: set SMTP_URL") as raised:
        send_email(MAIL, sending_to(None, mail_to_log=False))

    assert TASK.may_retry(1, raised.value)


def test_with_a_server_mails_are_sent_whatever_else_is_set(
    serve: Serve, mailbox: list[Envelope], sending_to: SendingTo
) -> None:
    send_email(MAIL, sending_to(f"smtp://{serve()}", mail_to_log=True))

    assert len(mailbox) == 1
