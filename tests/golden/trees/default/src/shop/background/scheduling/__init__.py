"""Scheduled jobs: APScheduler decides when a job is due, the ledger decides which process runs it.

Files: `schedules` and `crontab` compute due times. `job` declares a job. `adapter` has the loop,
`due` writes due times to the ledger. `reconcile` compares code and store, `upkeep` makes them
equal, `processes` knows the other schedulers. `scheduler` puts them together.
"""

from .job import Job
from .schedules import Crontab, Daily, Every, Once, Schedule

__all__ = ["Crontab", "Daily", "Every", "Job", "Once", "Schedule"]
