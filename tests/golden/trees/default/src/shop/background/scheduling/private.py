"""What is used of APScheduler although its name is private: all of it is here, and in a test.

A store of one's own has no public way to make a `Job` of what was pickled.
"""

import logging
from collections.abc import Iterable

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore

REVIVE = "_reconstitute_job"
"""A method of APScheduler's stores."""

logger = logging.getLogger(__name__)


def revive(store: BaseJobStore, states: Iterable[bytes]) -> list[Job]:
    """Make the jobs of a store of what it holds; leave out those that cannot be read."""
    jobs: list[Job] = []
    make = getattr(store, REVIVE)
    for state in states:
        try:
            jobs.append(make(state))
        except Exception:
            logger.exception("a stored job cannot be read; it is left alone")
    return jobs
