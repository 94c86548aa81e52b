"""`POST /notify`: takes a notification and answers at once; the mail is sent afterwards."""

from http import HTTPStatus

from fastapi import APIRouter

from ...background import QUEUE_REFUSALS, Accepted, EnqueueDep
from ...security import ClientOnly
from ...tasks.send_email import TASK
from .schemas import Email

router = APIRouter(tags=["notifications"], dependencies=[ClientOnly])


@router.post("/notify", status_code=HTTPStatus.ACCEPTED, responses=QUEUE_REFUSALS)
def notify(email: Email, enqueue: EnqueueDep) -> Accepted:
    """Queue an e-mail; ask at `Location` whether it was sent."""
    return enqueue(TASK, email)
