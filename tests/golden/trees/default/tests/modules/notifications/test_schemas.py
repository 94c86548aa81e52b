"""What a notification may contain."""

import pytest
from pydantic import ValidationError

from shop.modules.notifications.schemas import Email

MAIL = {"to": "ada@example.com", "subject": "Hello", "body": "How are you?\nGood, I hope."}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "nobody"),
        ("to", "ada@example.com\nBcc: eve@example.com"),
        ("to", "ada@example.com\r"),
        ("to", "ada@example.com, eve@example.com"),
        ("to", "j\u00fcrgen@example.com"),
        ("to", "ada@" + "\u00fc" * 60 + ".example"),
        ("to", None),
        ("subject", ""),
        ("subject", "x" * 201),
        ("subject", "Hello\nBcc: eve@example.com"),
        ("subject", "Hello\n"),
        ("subject", "Hello\rBcc: eve@example.com"),
        ("subject", "Hello\x00"),
        ("subject", "Hello\u2028Bcc: eve@example.com"),
        ("subject", "Hello\u2029Bcc: eve@example.com"),
        ("body", ""),
        ("body", "x" * 100_001),
        ("bcc", "eve@example.com"),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        Email.model_validate({**MAIL, field: value})

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]


@pytest.mark.parametrize("field", MAIL)
def test_no_field_may_be_left_out(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Email.model_validate({name: MAIL[name] for name in MAIL if name != field})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "x"),
        ("subject", "\N{SNOWMAN}" * 200),
        ("body", "x"),
        ("body", "x" * 100_000),
    ],
)
def test_the_limits_themselves_are_accepted(field: str, value: str) -> None:
    assert Email.model_validate({**MAIL, field: value}).model_dump()[field] == value


@pytest.mark.parametrize("to", ["ada@b\u00fccher.example", "ada@xn--bcher-kva.example"])
def test_a_domain_of_other_letters_is_kept_as_servers_take_it(to: str) -> None:
    assert Email.model_validate({**MAIL, "to": to}).to == "ada@xn--bcher-kva.example"
