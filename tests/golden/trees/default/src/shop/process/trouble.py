"""Says once a minute what goes wrong all the time, however many threads meet it (T12)."""

import logging
import threading
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

EVERY_SECONDS = 60
LONGEST_REASON = 300
LOST = (SQLAlchemyError,)


class Trouble:
    """What this process said of late."""

    def __init__(self) -> None:
        """Nothing was said."""
        self._said: dict[str, float] = {}
        self._saying = threading.Lock()

    def log(self, logger: logging.Logger, message: str, error: Exception) -> None:
        """Log that something failed, unless the same was said within a minute.

        A lost database is one trouble, whoever meets it, and its reason says enough. Any other
        error is shown with its traceback.
        """
        lost = next((kind for kind in LOST if isinstance(error, kind)), None)
        what = lost.__name__ if lost else f"{message}: {type(error).__name__}"
        with self._saying:
            now, said = monotonic(), self._said.get(what, float("-inf"))
            if now - said < EVERY_SECONDS:
                return
            self._said[what] = now
        if lost:
            cause = getattr(error, "orig", None) or error
            reason = " ".join(str(cause).split())[:LONGEST_REASON]
            logger.error("%s", message if reason in {"", message} else f"{message}: {reason}")
        else:
            logger.error(message, exc_info=error)
