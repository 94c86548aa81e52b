"""Scheduled work: APScheduler decides when, the ledger of runs decides who.

`schedules` and `crontab` say when a job is due, `job` declares one. `reconcile` compares code and
store, `upkeep` makes them equal, `processes` knows who else is there, `due` writes what is due to
the ledger, `adapter` has the loop, `scheduler` puts them together.
"""

from .job import Job
from .schedules import Crontab, Daily, Every, Once, Schedule

__all__ = ["Crontab", "Daily", "Every", "Job", "Once", "Schedule"]
