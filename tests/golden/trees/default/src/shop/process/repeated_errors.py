"""Logs an error that repeats at most once a minute, for all threads together (T12)."""

import logging
import threading
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

EVERY_SECONDS = 60
LONGEST_REASON = 300
LOST = (SQLAlchemyError,)


class RepeatedErrors:
    """Remembers when this process logged each error last."""

    def __init__(self) -> None:
        """Start with no errors logged."""
        self._logged_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def log(self, logger: logging.Logger, message: str, error: Exception) -> None:
        """Log an error, unless the same one was logged within the last minute.

        All errors of the database count as the same, and only their reason is logged. Other
        errors are logged with a traceback.
        """
        lost = next((kind for kind in LOST if isinstance(error, kind)), None)
        key = lost.__name__ if lost else f"{message}: {type(error).__name__}"
        with self._lock:
            now, last = monotonic(), self._logged_at.get(key, float("-inf"))
            if now - last < EVERY_SECONDS:
                return
            self._logged_at[key] = now
        if lost:
            cause = getattr(error, "orig", None) or error
            reason = " ".join(str(cause).split())[:LONGEST_REASON]
            logger.error("%s", message if reason in {"", message} else f"{message}: {reason}")
        else:
            logger.error(message, exc_info=error)
