"""Sends one e-mail to the server of SMTP_URL; without one, says in the log what it would send."""

import logging
import smtplib
import socket
import ssl
from datetime import timedelta
from urllib.parse import unquote

from pydantic import AnyUrl

from ..background import RunContext, Task
from ..modules.notifications.schemas import Email
from ..modules.notifications.service import compose

logger = logging.getLogger(__name__)

PERMANENT = 500
"""Replies from here on mean: do not send this again (RFC 5321, 4.2.1)."""


class MailRefusedError(Exception):
    """The server will not take this mail, however often it is asked."""


def send_email(payload: Email, context: RunContext) -> None:
    """Send the mail; raises MailRefusedError where no retry can help."""
    settings, sender = context.settings, context.settings.mail_from
    message = compose(payload, sender=sender, run_id=context.run_id, date=context.due_at)
    if settings.smtp_url is None:
        logger.info("SMTP_URL is not set: no mail to %s about %r", payload.to, payload.subject)
        return
    url = settings.smtp_url.get_secret_value()
    try:
        with _connect(url, settings.smtp_timeout_seconds) as server:
            _secure(server, url)
            server.send_message(message, sender, [payload.to])
    except smtplib.SMTPException as error:
        if _is_permanent(error):
            raise MailRefusedError(str(error)) from error
        raise


def _connect(url: AnyUrl, seconds: float) -> smtplib.SMTP:
    host, port, name = url.host or "", url.port or 0, socket.gethostname()
    if url.scheme == "smtps":
        tls = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, name, timeout=seconds, context=tls)
    return smtplib.SMTP(host, port, name, timeout=seconds)


def _secure(server: smtplib.SMTP, url: AnyUrl) -> None:
    if url.query == "starttls=1":
        server.starttls(context=ssl.create_default_context())
    if url.username is not None:
        server.login(unquote(url.username), unquote(url.password or ""))


def _is_permanent(error: smtplib.SMTPException) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= PERMANENT
    return isinstance(error, smtplib.SMTPNotSupportedError)


TASK = Task(
    name="send_email",
    payload=Email,
    function=send_email,
    retries=3,
    backoff=timedelta(seconds=2),
    timeout=timedelta(seconds=30),
    max_concurrency=5,
    idempotent=False,
    final=(MailRefusedError, ValueError),
    description="Send one e-mail.",
)
