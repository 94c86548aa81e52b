"""What is done when a run of a job or task has failed for good; without this file it is logged."""

import logging

from .background import DeadLetter, Enqueue
from .tasks.post_alert import TASK, Alert

logger = logging.getLogger(__name__)


def on_dead_letter(dead: DeadLetter, enqueue: Enqueue) -> None:
    """Log it, and alert somebody if ALERT_WEBHOOK_URL is set.

    It is called in the transaction that records the dead letter, so it must wait for nothing: let
    it queue a task. What it raises is logged, and undoes only what it did itself.
    """
    logger.error("%s", dead)
    is_alert = dead.name == TASK.name  # one that fails must not raise the next
    if dead.settings.alert_webhook_url is not None and not is_alert:
        enqueue(TASK, Alert(text=str(dead), run_id=dead.run_id))
