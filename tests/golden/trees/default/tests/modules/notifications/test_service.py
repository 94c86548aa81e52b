"""How a notification becomes a message."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest

from shop.modules.notifications.schemas import Email
from shop.modules.notifications.service import compose

RUN_ID = UUID(int=7)
DATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def make_message(
    *, email: str = "ada@example.com", subject: str = "Hello", text: str = "Hi"
) -> EmailMessage:
    unchecked = Email.model_construct(email=email, subject=subject, message=text)
    return compose(unchecked, sender="shop@example.org", run_id=RUN_ID, date=DATE)


def test_every_header_is_set_and_no_other() -> None:
    assert make_message().items() == [
        ("From", "shop@example.org"),
        ("To", "ada@example.com"),
        ("Subject", "Hello"),
        ("Date", "Fri, 02 Jan 2026 03:04:05 +0000"),
        ("Message-ID", f"<{RUN_ID}@example.org>"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "7bit"),
        ("MIME-Version", "1.0"),
    ]


def test_a_repeated_attempt_makes_the_same_message() -> None:
    assert make_message().as_bytes() == make_message().as_bytes()


def test_any_text_arrives_as_it_was_written() -> None:
    subject, text = "Grüße \N{SNOWMAN} " + "x" * 180, "Zeile\n.\n" + "long " * 400 + "\n"

    raw = make_message(subject=subject, text=text).as_bytes()

    arrived = message_from_bytes(raw, policy=policy.default)
    assert arrived["Subject"] == subject
    assert arrived.get_content() == text


@pytest.mark.parametrize("email", ["ada@example.com\nBcc: eve@example.com", "ada@a.de, eve@e.de"])
def test_an_address_that_was_not_checked_cannot_break_out_of_its_header(email: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid|arguments"):
        make_message(email=email)


def test_a_subject_that_was_not_checked_cannot_break_out_of_its_header() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        make_message(subject="Hello\nBcc: eve@example.com")
