"""What a notification may contain."""

import pytest
from pydantic import ValidationError

from shop.modules.notifications.schemas import Email

MAIL = {"email": "ada@example.com", "message": "How are you?\nGood, I hope."}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "ada@example.com\nBcc: eve@example.com"),
        ("email", "ada@example.com\r"),
        ("email", "ada@example.com, eve@example.com"),
        ("email", "j\u00fcrgen@example.com"),
        ("email", "ada@" + "\u00fc" * 60 + ".example"),
        ("email", None),
        ("subject", ""),
        ("subject", "x" * 201),
        ("subject", "Hello\nBcc: eve@example.com"),
        ("subject", "Hello\n"),
        ("subject", "Hello\rBcc: eve@example.com"),
        ("subject", "Hello\x00"),
        ("subject", "Hello\u2028Bcc: eve@example.com"),
        ("subject", "Hello\u2029Bcc: eve@example.com"),
        ("message", ""),
        ("message", "x" * 100_001),
        ("bcc", "eve@example.com"),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        Email.model_validate({**MAIL, field: value})

    assert [error["loc"] for error in raised.value.errors()] == [(field,)]


@pytest.mark.parametrize("field", MAIL)
def test_what_must_be_given_is_named(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Email.model_validate({name: MAIL[name] for name in MAIL if name != field})


def test_a_mail_without_a_subject_has_the_usual_one() -> None:
    assert Email.model_validate(MAIL).subject == "A message"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "x"),
        ("subject", "\N{SNOWMAN}" * 200),
        ("message", "x"),
        ("message", "x" * 100_000),
    ],
)
def test_the_limits_themselves_are_accepted(field: str, value: str) -> None:
    assert Email.model_validate({**MAIL, field: value}).model_dump()[field] == value


@pytest.mark.parametrize("email", ["ada@b\u00fccher.example", "ada@xn--bcher-kva.example"])
def test_a_domain_of_other_letters_is_kept_as_servers_take_it(email: str) -> None:
    assert Email.model_validate({**MAIL, "email": email}).email == "ada@xn--bcher-kva.example"
