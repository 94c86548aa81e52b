"""The checks of a notification, so that later code can rely on it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ...values.mail_address import MailAddress

ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
"""No control characters and no line breaks of any kind: it goes into a mail header."""


class Email(BaseModel):
    """One plain-text e-mail to one address."""

    model_config = ConfigDict(extra="forbid")

    email: MailAddress
    message: Annotated[str, Field(min_length=1, max_length=100_000)]
    subject: Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)] = "A message"
