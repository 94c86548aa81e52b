"""`POST /notify`: accepts a notification and answers at once; a task sends the mail later."""

from http import HTTPStatus

from fastapi import APIRouter

from ...background import QUEUE_REFUSALS, Accepted, EnqueueDep
from ...settings import SettingsDep
from ...tasks.send_email import TASK
from ...web.security import ClientOnly
from . import service
from .schemas import Email

router = APIRouter(prefix="/notify", tags=["notifications"], dependencies=[ClientOnly])


@router.post("", status_code=HTTPStatus.ACCEPTED, responses=QUEUE_REFUSALS)
def notify(email: Email, settings: SettingsDep, enqueue: EnqueueDep) -> Accepted:
    """Queue an e-mail; `Location` tells whether it was sent. 503 while mail is off."""
    service.check_mail_is_on(settings)
    return enqueue(TASK, email)
