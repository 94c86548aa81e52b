"""Scheduled jobs: APScheduler decides when a job is due, the ledger decides which process runs it.

Files: `schedules`, `crontab` and `clock` compute due times. `job` declares a job. `adapter` has the
loop, `due` writes due times to the ledger, `handled` knows until when. `jobstore` keeps the next
ones, by a `trigger`. `reconcile` compares code and store, `upkeep` makes them equal, `processes`
knows the other schedulers. `scheduler` puts them together. `foreground` runs one job at once,
`pausing` pauses jobs.
"""

from .job import Job
from .schedules import Crontab, Daily, Every, Once, Schedule

__all__ = ["Crontab", "Daily", "Every", "Job", "Once", "Schedule"]
