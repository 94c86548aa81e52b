"""Scheduled work: APScheduler decides when, the run ledger in `background` decides who.

`schedules` and `crontab` say when a job is due, `job` declares one, `reconcile` compares code and
store, `apscheduler_adapter` is the only module that knows APScheduler, `scheduler` is the rest.
"""

from .job import Job
from .schedules import Crontab, Daily, Every, Once, Schedule

__all__ = ["Crontab", "Daily", "Every", "Job", "Once", "Schedule"]
