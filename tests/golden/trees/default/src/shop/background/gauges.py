"""Gauges read from the database at each scrape, so a killed process leaves none behind."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from itertools import product

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .counts import FAILURES, Counted
from .host import Database
from .models import DEAD_LETTERS, Run, State
from .scheduling.handled import handled
from .scheduling.job import Job
from .scheduling.models import PausedJob, SchedulerProcess
from .work import Registry

Planned = Callable[[], Mapping[str, float | None]]
"""Returns the next due times in the jobstore."""


class LedgerCollector(Collector):
    """Collects gauges about the jobs and tasks in `registry`."""

    def __init__(self, database: Database, registry: Registry, planned: Planned) -> None:
        """Read from `database` and, by `planned`, from the jobstore."""
        self._database, self._registry, self._planned = database, registry, planned
        self._tasks = [name for name, work in registry.items() if work.kind == "task"]
        self._jobs = [work for work in registry.values() if isinstance(work, Job)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; only `database_up` while the database does not answer."""
        gauges = []
        try:
            with self._database.snapshot() as session:
                counted = Counted.of(session, self._registry)
                gauges = [*self._of_tasks(counted), *self._of_jobs(session, counted)]
        except SQLAlchemyError:
            up = 0
        else:
            up = 1
        yield from gauges
        yield GaugeMetricFamily("database_up", "Whether the database answers", value=up)

    def _of_tasks(self, counted: Counted) -> Iterator[GaugeMetricFamily]:
        yield from _of_runs("task", self._tasks, counted)
        number = counted.standing
        values = {name: sum(number[name, state] for state in DEAD_LETTERS) for name in self._tasks}
        yield _gauge("tasks_dead_letters", "Runs of a task that failed for good", values)

    def _of_jobs(self, session: Session, counted: Counted) -> Iterator[GaugeMetricFamily]:
        names = [job.name for job in self._jobs]
        yield from _of_runs("job", names, counted)
        paused = set(session.scalars(select(PausedJob.name)))
        yield _gauge("job_paused", "1 while it is paused", {name: name in paused for name in names})
        done = {name: _last_success(session, name) for name in names}
        yield _gauge("job_last_success_timestamp_seconds", "End of the last good run", done)
        planned, until = self._planned(), handled(session)
        # If the jobstore has lost a job, its next due time follows from `handled`.
        due = {
            job.name: planned.get(job.name) or job.schedule.next_after(until[job.name])
            for job in self._jobs
            if job.enabled and (job.name in planned or job.name in until)
        }
        text = "The next due time; in the past until a process records it"
        yield _gauge("job_next_run_timestamp_seconds", text, due)
        passed = session.scalar(select(func.max(SchedulerProcess.seen_at)))
        text = "When any scheduler last looked at what is due"
        value = passed.timestamp() if passed else None
        yield GaugeMetricFamily("scheduler_last_pass_timestamp_seconds", text, value=value)


def _of_runs(kind: str, names: Collection[str], counted: Counted) -> Iterator[GaugeMetricFamily]:
    # Jobs and tasks have the same gauges.
    waiting = {name: counted.waiting[name] for name in names}
    values = {name: waits.now for name, waits in waiting.items()}
    yield _gauge(f"{kind}s_waiting", f"Runs of a {kind} that could be started", values)
    values = {name: waits.later for name, waits in waiting.items()}
    text = f"Runs of a {kind} that wait for a time, or for their rate limit"
    yield _gauge(f"{kind}s_scheduled", text, values)
    running = {name: counted.standing[name, State.RUNNING] for name in names}
    yield _gauge(f"{kind}s_in_progress", f"Runs of a {kind} that are running", running)
    text = f"How long a run of a {kind} has waited that could have been started"
    seconds = {name: waits.seconds for name, waits in waiting.items()}
    yield _gauge(f"{kind}s_waiting_seconds", text, seconds)
    text = f"Runs of a {kind} that are over, but whose slot is still taken"
    yield _gauge(f"{kind}s_past_timeout", text, {name: counted.held[name] for name in names})
    text = f"Runs of a {kind} that ended so within the last hour"
    ended = GaugeMetricFamily(f"{kind}_failed_runs", text, labels=[kind, "outcome"])
    for name, state in product(names, FAILURES):
        ended.add_metric([name, state.value], counted.failures[name, state])
    yield ended


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
