"""All that background work imports from the service; other files in it import from here.

To use this folder in another application, rewrite this file: database sessions and locks, settings,
error responses, access control, logging. The application sets the rest at its start: see `door`.
"""

from ..database import Base, Database, DatabaseDep, ReadSessionDep, SessionDep, UtcDateTime
from ..database.engine import limit_waits, lock_ledger, one_of
from ..database.notify import NOTIFICATION, notify, watch
from ..monitoring.health import UNAVAILABLE, Health, answer
from ..process.ending import SIGNALS, Deadline, in_thread, wait_for
from ..process.logs import log_context
from ..process.repeated_errors import RepeatedErrors
from ..process.starting import StartError
from ..process.version import VERSION
from ..settings import Settings, SettingsDep
from ..web.errors import ConflictError, NotFoundError, UnavailableError, UnprocessableError
from ..web.protocol import root_path
from ..web.refusals import BODY_REFUSALS, refusals
from ..web.routing import Router
from ..web.security import ClientDep, OperatorDep, OpsRead, OpsWrite

__all__ = [
    "BODY_REFUSALS",
    "NOTIFICATION",
    "SIGNALS",
    "UNAVAILABLE",
    "VERSION",
    "Base",
    "ClientDep",
    "ConflictError",
    "Database",
    "DatabaseDep",
    "Deadline",
    "Health",
    "NotFoundError",
    "OperatorDep",
    "OpsRead",
    "OpsWrite",
    "ReadSessionDep",
    "RepeatedErrors",
    "Router",
    "SessionDep",
    "Settings",
    "SettingsDep",
    "StartError",
    "UnavailableError",
    "UnprocessableError",
    "UtcDateTime",
    "answer",
    "in_thread",
    "limit_waits",
    "lock_ledger",
    "log_context",
    "notify",
    "one_of",
    "refusals",
    "root_path",
    "wait_for",
    "watch",
]
