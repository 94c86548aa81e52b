"""The one private method of APScheduler that this package uses; a test checks that it exists.

A custom store has no public way to make a `Job` from pickled data.
"""

import logging
from collections.abc import Iterable

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore

PRIVATE_METHOD = "_reconstitute_job"
"""A method of APScheduler's stores."""

logger = logging.getLogger(__name__)


def unpickle_jobs(store: BaseJobStore, states: Iterable[bytes]) -> list[Job]:
    """Return the jobs of pickled states; skip those that cannot be unpickled."""
    jobs: list[Job] = []
    make = getattr(store, PRIVATE_METHOD)
    for state in states:
        try:
            jobs.append(make(state))
        except Exception:
            logger.exception("a stored job cannot be read; it is left alone")
    return jobs
