"""Posts an alert to the webhook of ALERT_WEBHOOK_URL, such as that of a chat."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import httpx2
from pydantic import BaseModel, ValidationError

from ..background import RetryLater, RunContext, Task

MAY_PASS = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class Alert(BaseModel):
    """What is posted, as JSON; chats show the `text`."""

    text: str
    run_id: UUID


class AlertRefusedError(Exception):
    """The webhook refuses the alert for good, or there is none."""


async def post_alert(
    payload: Alert, context: RunContext, transport: httpx2.AsyncBaseTransport | None = None
) -> None:
    """Post it; what may pass is tried again, when the webhook says so. Tests pass a transport.

    No error text has the URL, which is a secret.
    """
    url = context.settings.alert_webhook_url
    if url is None:
        raise AlertRefusedError("ALERT_WEBHOOK_URL is not set")
    body = payload.model_dump(mode="json")
    try:
        async with (
            httpx2.AsyncClient(transport=transport) as client,
            client.stream("POST", str(url.get_secret_value()), json=body) as answer,
        ):
            retry_after = answer.headers.get("Retry-After")
    except httpx2.RequestError as error:
        raise RetryLater(reason=f"no answer: {type(error).__name__}") from None
    problem = f"the webhook answered {answer.status_code}"
    if answer.status_code in MAY_PASS or answer.is_server_error:
        raise RetryLater.from_header(retry_after, problem)
    if not answer.is_success:
        raise AlertRefusedError(problem)


TASK = Task(
    name="post_alert",
    payload=Alert,
    function=post_alert,
    retries=5,
    retry_delay=timedelta(seconds=5),
    timeout=timedelta(seconds=30),
    idempotent=True,
    final=(AlertRefusedError, ValidationError),
    description="Post one alert to a webhook.",
)
