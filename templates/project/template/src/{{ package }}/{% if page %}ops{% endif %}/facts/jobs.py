"""What there is to know of each job: its schedule, its next due times, how its last runs ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from ...background.models import RUNS, State
from ...background.scheduling import Crontab, Daily, Job
from ...background.scheduling.pausing import paused

DUE_TIMES = 5
OUTCOMES = 20
OF_JOB = RUNS.c.id, RUNS.c.state, RUNS.c.due_at, RUNS.c.started_at, RUNS.c.finished_at
# Sent for each job: an index has these rows, where one statement for all would read every run.
NEWEST = (
    select(*OF_JOB)
    .where(RUNS.c.name == bindparam("name"))
    .order_by(RUNS.c.due_at.desc())
    .limit(OUTCOMES)
)
RunOfJob = Row[UUID, State, datetime, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job of the code; while it is paused or disabled, its due times pass without runs."""

    job: Job
    paused_at: datetime | None
    due: Sequence[datetime]
    """In UTC."""
    runs: Sequence[RunOfJob]
    """The newest first."""

    @property
    def zone(self) -> str:
        """The timezone of its schedule."""
        schedule = self.job.schedule
        return schedule.timezone if isinstance(schedule, Crontab | Daily) else "UTC"

    @property
    def seconds(self) -> float | None:
        """How long its last run took."""
        for run in self.runs:
            if run.started_at is not None and run.finished_at is not None:
                took: timedelta = run.finished_at - run.started_at
                return took.total_seconds()
        return None


def facts_of(session: Session, jobs: Mapping[str, Job], now: datetime) -> Iterator[JobFacts]:
    """Give the facts of each job, by name."""
    now_paused = paused(session)
    for name, job in sorted(jobs.items()):
        runs = session.execute(NEWEST, {"name": name}).all()
        yield JobFacts(job, now_paused.get(name), list(_due(job, now)), runs)


def _due(job: Job, now: datetime) -> Iterator[datetime]:
    moment: datetime | None = now
    for _ in range(DUE_TIMES):
        moment = job.schedule.next_after(moment) if moment else None
        if moment is not None:
            yield moment.astimezone(UTC)
