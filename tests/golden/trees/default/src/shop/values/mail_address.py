"""A mail address in ASCII, which every mail server accepts; other domains become A-labels."""

from typing import Annotated

from email_validator import validate_email
from pydantic import AfterValidator, EmailStr


def _in_ascii(address: str) -> str:
    known = validate_email(address, check_deliverability=False)
    if known.ascii_email is None:
        raise ValueError("the part before the @ must be ASCII: few mail servers take another")
    return known.ascii_email


MailAddress = Annotated[EmailStr, AfterValidator(_in_ascii)]
