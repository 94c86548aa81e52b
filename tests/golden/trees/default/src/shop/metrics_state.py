"""Gauges that are read from the database at each scrape: a killed process leaves none behind."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .background.models import DEAD_LETTERS, Run, State
from .background.sweep import unfinished
from .background.work import Registry
from .database import Database
from .scheduling.job import Job
from .scheduling.models import PausedJob, SchedulerProcess

Planned = Callable[[], Mapping[str, float | None]]
"""Gives the next due times that the jobstore has."""


class LedgerCollector(Collector):
    """What the ledger and the schedules say about the work in `registry`."""

    def __init__(self, database: Database, registry: Registry, planned: Planned) -> None:
        """Read from `database` and, by `planned`, from the jobstore."""
        self._database, self._planned = database, planned
        self._tasks = [name for name, work in registry.items() if work.kind == "task"]
        self._jobs = [work for work in registry.values() if isinstance(work, Job)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; only `database_up` when the database does not answer."""
        gauges = []
        try:
            with self._database.snapshot() as session:
                gauges = [*self._of_tasks(session), *self._of_jobs(session)]
        except SQLAlchemyError:
            up = 0
        else:
            up = 1
        yield from gauges
        yield GaugeMetricFamily("database_up", "Whether the database answers", value=up)

    def _of_tasks(self, session: Session) -> Iterator[GaugeMetricFamily]:
        counts = unfinished(session)
        shown = {
            ("tasks_waiting", "Runs of a task that are queued"): (State.QUEUED,),
            ("tasks_in_progress", "Runs of a task that are running"): (State.RUNNING,),
            ("tasks_dead_letters", "Runs of a task that failed for good"): DEAD_LETTERS,
        }
        for (metric, text), states in shown.items():
            values = {name: sum(counts[name, state] for state in states) for name in self._tasks}
            yield _gauge(metric, text, values)

    def _of_jobs(self, session: Session) -> Iterator[GaugeMetricFamily]:
        now, names = datetime.now(UTC), [job.name for job in self._jobs]
        paused = set(session.scalars(select(PausedJob.name)))
        yield _gauge("job_paused", "1 while it is paused", {name: name in paused for name in names})
        done = {name: _last_success(session, name) for name in names}
        yield _gauge("job_last_success_timestamp_seconds", "End of the last good run", done)
        planned = self._planned()
        text = "The next due time; in the past while nobody deals with it"
        due = {
            job.name: planned.get(job.name) or job.schedule.next_after(now)
            for job in self._jobs
            if job.enabled
        }
        yield _gauge("job_next_run_timestamp_seconds", text, due)
        passed = session.scalar(select(func.max(SchedulerProcess.seen_at)))
        text = "When any scheduler last looked at what is due"
        value = passed.timestamp() if passed else None
        yield GaugeMetricFamily("scheduler_last_pass_timestamp_seconds", text, value=value)


def _gauge(
    metric: str, text: str, values: Mapping[str, datetime | float | None]
) -> GaugeMetricFamily:
    label = metric.partition("_")[0].removesuffix("s")  # job or task
    gauge = GaugeMetricFamily(metric, text, labels=[label])
    for name, value in values.items():
        if value is not None:
            gauge.add_metric([name], value.timestamp() if isinstance(value, datetime) else value)
    return gauge


def _last_success(session: Session, name: str) -> datetime | None:
    succeeded = select(Run.finished_at).where(Run.name == name, Run.state == State.SUCCEEDED)
    return session.scalar(succeeded.order_by(Run.due_at.desc()).limit(1))
