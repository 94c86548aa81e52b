"""What background work takes from the service around it: no other file in here imports from above.

To put this folder into another application, write this file anew: sessions and locks of its
database, its settings, how it refuses, who may call what, and how it logs. The application hands
the rest over while it starts: see `door`.
"""

from ..database import Base, Database, DatabaseDep, ReadSessionDep, SessionDep, UtcDateTime
from ..database.engine import limit_waits, lock_ledger
from ..monitoring.health import UNAVAILABLE, Health, answer
from ..process.ending import in_thread, wait_for
from ..process.logs import log_context
from ..process.starting import StartError
from ..process.trouble import RepeatedErrors
from ..settings import Settings, SettingsDep
from ..web.errors import ConflictError, NotFoundError, UnavailableError, UnprocessableError
from ..web.protocol import root_path
from ..web.refusals import BODY_REFUSALS, refusals
from ..web.security import ClientDep, OperatorDep, OpsRead, OpsWrite

__all__ = [
    "BODY_REFUSALS",
    "UNAVAILABLE",
    "Base",
    "ClientDep",
    "ConflictError",
    "Database",
    "DatabaseDep",
    "Health",
    "NotFoundError",
    "OperatorDep",
    "OpsRead",
    "OpsWrite",
    "ReadSessionDep",
    "RepeatedErrors",
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
    "refusals",
    "root_path",
    "wait_for",
]
