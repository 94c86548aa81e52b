"""What the stores have in common that several schedulers share (S5, S8)."""

import logging
import pickle
from collections.abc import Iterable
from contextlib import suppress

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore, JobLookupError
from apscheduler.util import datetime_to_utc_timestamp

PICKLE_PROTOCOL = 5
PRIVATE_METHOD = "_reconstitute_job"
"""The one private method of APScheduler that this package uses; a test checks that it exists.

A custom store has no public way to make a `Job` from pickled data.
"""

logger = logging.getLogger(__name__)


def stored(job: Job) -> tuple[str, float, bytes]:
    """Return what is stored of a job: its name, next due time and pickled state."""
    state = pickle.dumps(job.__getstate__(), PICKLE_PROTOCOL)
    return job.id, datetime_to_utc_timestamp(job.next_run_time), state


class SharedStore(BaseJobStore):
    """The first base of such a store; the second is a store of APScheduler."""

    def update_job(self, job: Job) -> None:
        """Update a job; ignore that another process has removed it."""
        with suppress(JobLookupError):
            super().update_job(job)

    def remove_job(self, job_id: str) -> None:
        """Remove a job; ignore that another process has removed it."""
        with suppress(JobLookupError):
            super().remove_job(job_id)

    def unpickle(self, states: Iterable[bytes]) -> list[Job]:
        """Return the jobs of pickled states; skip those that cannot be unpickled."""
        jobs: list[Job] = []
        make = getattr(self, PRIVATE_METHOD)
        for state in states:
            try:
                jobs.append(make(state))
            except Exception:
                logger.exception("a stored job cannot be read; it is left alone")
        return jobs
