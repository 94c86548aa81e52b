"""How a notification becomes an e-mail message (RFC 5322)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from uuid import UUID

from ...settings import Settings
from ...web.errors import UnavailableError
from .schemas import Email

OFF = "mail is off: set SMTP_URL, or MAIL_TO_LOG=true to have mails in the log only"


def check_mail_is_on(settings: Settings) -> None:
    """Raise UnavailableError while no mail could be sent or logged."""
    if settings.smtp_url is None and not settings.mail_to_log:
        raise UnavailableError(OFF, retry_after=60)


def compose(email: Email, *, sender: str, run_id: UUID, date: datetime) -> EmailMessage:
    """Make the message; it has the same id at each attempt, so a duplicate can be recognised.

    Raises ValueError for an address or subject that could inject a header.
    """
    origin = Address(addr_spec=sender)
    message = EmailMessage()
    message["From"] = origin
    message["To"] = Address(addr_spec=email.email)
    message["Subject"] = email.subject
    message["Date"] = date
    message["Message-ID"] = f"<{run_id}@{origin.domain}>"
    message.set_content(email.message)
    return message
