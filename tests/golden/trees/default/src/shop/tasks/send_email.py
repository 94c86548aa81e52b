"""Sends one e-mail by the server of SMTP_URL; with MAIL_TO_LOG, only logs it."""

import logging
import smtplib
import ssl
from contextlib import closing, suppress
from datetime import timedelta
from urllib.parse import unquote

from pydantic import AnyUrl, ValidationError

from ..background import RunContext, Task
from ..modules.notifications.schemas import Email
from ..modules.notifications.service import check_mail_is_on, compose

logger = logging.getLogger(__name__)

PERMANENT = 500
"""Reply codes from 500 on are permanent: do not send this again (RFC 5321, 4.2.1)."""
NOT_LOGGED_IN = {530, 534, 535, 538}
"""Replies about the login, not about the mail (RFC 4954, 6)."""
TOO_LARGE = 552
"""The one reply to MAIL FROM that is about the mail; others are about MAIL_FROM."""


class MailRefusedError(Exception):
    """The server refuses this mail for good."""


def send_email(payload: Email, context: RunContext) -> None:
    """Send the mail; raises MailRefusedError if a retry cannot help.

    Errors before the server sees the mail, such as a wrong password, are errors of the settings or
    of the server, which can be fixed. So they are retried.
    """
    settings, sender = context.settings, context.settings.mail_from
    check_mail_is_on(settings)
    try:
        message = compose(payload, sender=sender, run_id=context.run_id, date=context.due_at)
    except ValueError as error:
        raise MailRefusedError(str(error)) from error
    if settings.smtp_url is None:
        logger.info("SMTP_URL is not set: no mail to %s about %r", payload.email, payload.subject)
        return
    url = settings.smtp_url.get_secret_value()
    with closing(_connect(url, settings.smtp_timeout_seconds)) as server:
        _open_session(server, url)
        try:
            server.send_message(message, sender, [payload.email])
        except smtplib.SMTPException as error:
            if _is_permanent(error):
                raise MailRefusedError(str(error)) from error
            raise
        with suppress(smtplib.SMTPException):  # the mail is sent: no error may send it again
            server.quit()


def _connect(url: AnyUrl, seconds: float) -> smtplib.SMTP:
    host, port = url.host or "", url.port or 0
    if url.scheme == "smtps":
        tls = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=tls)
    return smtplib.SMTP(host, port, timeout=seconds)


def _open_session(server: smtplib.SMTP, url: AnyUrl) -> None:
    if url.query == "starttls=1":
        server.starttls(context=ssl.create_default_context())
    server.ehlo_or_helo_if_needed()
    if url.username is not None:
        server.login(unquote(url.username), unquote(url.password or ""))


def _is_permanent(error: smtplib.SMTPException) -> bool:
    """Tell whether the server refused the mail itself, for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code == TOO_LARGE
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    else:
        return False
    return all(code >= PERMANENT and code not in NOT_LOGGED_IN for code in codes)


TASK = Task(
    name="send_email",
    payload=Email,
    function=send_email,
    retries=3,
    retry_delay=timedelta(seconds=2),
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    idempotent=False,
    final=(MailRefusedError, ValidationError),
    description="Send one e-mail.",
)
