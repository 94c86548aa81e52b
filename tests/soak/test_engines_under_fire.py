"""Workers of an engine are killed and cut off, and their broker forgets; the ledger does not.

What counts is what the tasks did: each appends a line when it starts and when it ends.
"""

import json
import os
import random
import shutil
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Record

from .conftest import Server, wait_until
from .hosts import Host, hosts
from .marks import Span, most_at_once, most_in_a_second, read_marks
from .proxy import Proxy, through
from .workers import COMMANDS, Workers

long = pytest.mark.exhaustive("tortures workers of engines for minutes")
PAIRS = [
    f"{engine}-{broker}" for engine in ("celery", "taskiq") for broker in ("redis", "rabbitmq")
]
NAMES = ("free", "once", "narrow", "rated")
ONCE = {"fire_once", "fire_narrow"}
AT_ONCE, A_SECOND = {"fire_narrow": 2}, {"fire_rated": 20}
KILL_EVERY_SECONDS = 2
LONGEST_SECONDS = 300
TASK = """from ..engine_fire import TASKS

TASK = TASKS["fire_{}"]
"""
LEFT = """
with database.snapshot() as session:
    print(session.scalar(text(
        "SELECT count(*) FROM fastforge_runs WHERE name LIKE 'fire%' AND finished_at IS NULL"
    )))
"""
RUNS = """
from shop.background.models import Run
from sqlalchemy import select
columns = (Run.id, Run.name, Run.state, Run.attempt)
with database.snapshot() as session:
    found = session.execute(select(*columns).where(Run.name.like("fire%")))
    print(json.dumps([[run.id.hex, *run[1:]] for run in found]))
"""
HOSTS = """
with database.snapshot() as session:
    print(json.dumps(list(session.scalars(text("SELECT host FROM fastforge_runner_processes")))))
"""


class Broker:
    """The broker that the project's own tests start."""

    def __init__(self, project: Path, database_url: str) -> None:
        """Start it, without a database."""
        self._process = subprocess.Popen(
            [project / ".venv" / "bin" / "python", "-m", "tests.servers"],
            cwd=project,
            env={**os.environ, "TEST_DATABASE_URL": database_url, "TEST_BROKER_URL": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        urls = json.loads(self._answer())
        if "TEST_BROKER_URL" not in urls:
            self.stop()
            pytest.skip("RabbitMQ is not installed: apt-get install rabbitmq-server")
        self.url: str = urls["TEST_BROKER_URL"]

    def order(self, what: str) -> None:
        """Order `restart`, or `forget`, which loses all messages."""
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._answer() == what

    def stop(self) -> None:
        """Stop it."""
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip() or "{}"


@dataclass
class Fire:
    """A service with a broker, which tasks are queued for."""

    server: Server
    broker: Broker
    folder: Path
    engine: str

    def workers(self, number: int) -> Workers:
        """Prepare so many workers."""
        return Workers(self.server, self.folder, number, COMMANDS[self.engine])

    @contextmanager
    def queueing(self, seed: int, count: int, seconds: float) -> Iterator[Callable[[], bool]]:
        """Queue tasks meanwhile; yield what tells whether all have been queued and have ended."""
        python = self.server.project / ".venv" / "bin" / "python"
        command = [python, "-m", "shop.engine_fire", *map(str, (seed, count, seconds))]
        began = time.monotonic()
        with subprocess.Popen(
            command, cwd=self.server.project, env=self.server.environment, stdout=subprocess.PIPE
        ) as process:

            def done() -> bool:
                assert time.monotonic() - began < LONGEST_SECONDS, "they do not come to an end"
                return process.poll() is not None and not int(self.server.ask(LEFT))

            yield done
            assert process.stdout
            assert json.loads(process.stdout.read()) == count

    def started(self) -> int:
        """Count the attempts that have begun."""
        return sum(line.startswith("start ") for line in self.marks())

    def started_by(self, pid: int) -> int:
        """Count those of one process."""
        return sum(line.startswith("start ") and line.endswith(f" {pid}") for line in self.marks())

    def marks(self) -> list[str]:
        """Read what the tasks have left so far."""
        marks = self.folder / "marks"
        return marks.read_text().splitlines() if marks.exists() else []

    def check(self, count: int, workers: Workers, *, limits: bool = True) -> dict[str, int]:
        """Compare what the ledger says with what the tasks did; return the figures."""
        runs = json.loads(self.server.ask(RUNS))
        states = Counter(state for _, _, state, _ in runs)
        assert len(runs) == count
        assert states.keys() <= {"succeeded", "lost"}
        # One that is cut off three times may be what kills the process.
        lost = {(name, attempt) for _, name, state, attempt in runs if state == "lost"}
        assert all(name in ONCE or attempt >= 3 for name, attempt in lost)
        marks = read_marks(self.folder / "marks", workers.ended)
        names, spans = (
            {run_id: name for run_id, name, *_ in runs},
            defaultdict[str, list[Span]](list),
        )
        for (run_id, _), span in marks.items():
            spans[names[run_id]].append(span)
        starts = Counter(run_id for run_id, _ in marks)
        assert {run_id for run_id, _, state, _ in runs if state == "succeeded"} <= starts.keys()
        again = [run_id for run_id, number in starts.items() if number > 1]
        twice = [run_id for run_id in again if names[run_id] in ONCE]
        assert twice == []
        figures = {
            **{state: states[state] for state in ("succeeded", "lost")},
            "not idempotent, started twice": len(twice),
            "idempotent, started again": len(again),
        }
        if limits:
            for name, most in AT_ONCE.items():
                figures[f"at once, of {most}"] = most_at_once(spans[name])
                assert most_at_once(spans[name]) <= most
            for name, most in A_SECOND.items():
                figures[f"in half a second, of {most}"] = most_in_a_second(spans[name], most)
                assert most_in_a_second(spans[name], most) <= most
        return figures


@pytest.fixture(autouse=True)
def _broker_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start none beside the database, which would restart with it."""
    monkeypatch.setenv("TEST_BROKER_URL", "apart")


@pytest.fixture
def fire(project: Path, make_server: Callable[..., Server], tmp_path: Path) -> Iterator[Fire]:
    """Add the tasks, start a broker and the service, whose relay sends."""
    package = project / "src" / "shop"
    here = Path(__file__).parent
    files = [package / name for name in ("fire.py", "engine_fire.py")]
    for file in files:
        shutil.copy(here / file.name, file)
    for name in NAMES:
        files.append(package / "tasks" / f"fire_{name}.py")
        files[-1].write_text(TASK.format(name))
    settings = {"MARKS": str(tmp_path), "RUNNER_THREADS": "3", "RUN_RETENTION_ROWS": "1000000"}
    server = make_server(1, **settings, LEASE_SECONDS="3")
    broker = Broker(project, server.environment["DATABASE_URL"])
    server.environment["BROKER_URL"] = broker.url
    server.start()
    engine = "taskiq" if "taskiq" in (project / "pyproject.toml").read_text() else "celery"
    yield Fire(server, broker, tmp_path, engine)
    server.stop()
    broker.stop()
    for file in files:
        file.unlink()


@pytest.mark.parametrize("project", ["celery-redis"], indirect=True)
def test_killed_workers_and_an_emptied_broker_lose_nothing(fire: Fire) -> None:
    """T2, T11: the short one; each step waits for so many starts, however fast the machine is."""
    fire.server.environment["LEASE_SECONDS"] = "8"  # a busy machine must not seem dead
    workers, chance = fire.workers(2), random.Random(1)
    workers.start()
    try:
        with fire.queueing(1, 200, 0) as done:
            for number in (1, 2, 3):
                wait_until(lambda number=number: fire.started() >= number * 45)
                workers.kill(chance)
                workers.start()
                if number == 2:
                    fire.broker.order("forget")
            wait_until(done)
    finally:
        workers.stop()

    print(fire.check(200, workers))


@long
@pytest.mark.alone
@pytest.mark.parametrize("project", PAIRS, indirect=True)
def test_all_come_to_one_end_whatever_is_killed(
    fire: Fire, record: Record, request: pytest.FixtureRequest
) -> None:
    """T2, T6, T11: what is not idempotent starts once at most; no limit is exceeded."""
    seed, count, kills = random.randrange(10**6), 2000, 0
    print(f"seed {seed}")
    chance, workers = random.Random(seed), fire.workers(3)
    orders = {count // 3: "restart", count * 2 // 3: "forget"}
    began = time.monotonic()
    workers.start()
    try:
        with fire.queueing(seed, count, 20) as done:
            while not done():
                time.sleep(KILL_EVERY_SECONDS)
                workers.kill(chance)
                workers.start()
                for after in [each for each in orders if fire.started() > each]:
                    fire.broker.order(orders.pop(after))
            kills = len(workers.ended)
    finally:
        workers.stop()

    pair = request.node.callspec.id.replace("-", ", ")
    figures = {"tasks": count, "kills": kills, "seconds": round(time.monotonic() - began)}
    figures |= fire.check(count, workers)
    print(figures)
    assert orders == {}
    record({"engine, broker": pair} | figures, {})


CUT_OFF_SECONDS = 30


def cut_off(fire: Fire, proxy: Proxy, setting: str, url: str) -> tuple[Workers, dict[str, int]]:
    """Cut one of two workers off from a server for a while; it is first silent, then broken."""
    workers = fire.workers(2)
    try:
        victim = workers.add(**{setting: url})
        other = workers.add()
        with fire.queueing(2, 400, CUT_OFF_SECONDS):
            wait_until(lambda: min(map(fire.started_by, (victim.pid, other.pid))) > 5)
            proxy.silence()
            time.sleep(CUT_OFF_SECONDS / 2)
            proxy.cut()
            time.sleep(CUT_OFF_SECONDS / 2)
            before, meanwhile = fire.started_by(victim.pid), fire.started_by(other.pid)
            proxy.mend()
        with fire.queueing(3, 400, 40) as done:
            wait_until(lambda: fire.started_by(victim.pid) > before + 5)
            wait_until(done, LONGEST_SECONDS)
        return workers, {"meanwhile": meanwhile}
    finally:
        workers.stop()
        proxy.close()


@long
@pytest.mark.alone
@pytest.mark.parametrize("project", PAIRS, indirect=True)
def test_a_worker_that_was_cut_off_from_the_broker_comes_back(fire: Fire) -> None:
    """T11: its runs go on, since the ledger can be reached: none is lost or starts twice."""
    proxy, url = through(fire.broker.url)
    workers, figures = cut_off(fire, proxy, "BROKER_URL", url)

    figures |= fire.check(800, workers)
    print(figures)
    assert figures["meanwhile"] > 150
    assert figures["lost"] == figures["idempotent, started again"] == 0


@long
@pytest.mark.alone
@pytest.mark.parametrize("project", ["celery-redis", "taskiq-rabbitmq"], indirect=True)
def test_a_worker_that_was_cut_off_from_the_database_comes_back(fire: Fire) -> None:
    """S2, T11: the others take its runs over; limits count without what it still does."""
    proxy, url = through(fire.server.environment["DATABASE_URL"])
    workers, figures = cut_off(fire, proxy, "DATABASE_URL", url)

    figures |= fire.check(800, workers, limits=False)
    print(figures)
    assert figures["meanwhile"] > 150


@long
@pytest.mark.alone
@pytest.mark.parametrize("project", ["celery-redis", "taskiq-rabbitmq"], indirect=True)
def test_three_hosts_share_the_work_whatever_happens_to_two(fire: Fire) -> None:
    """S2, T11: one is switched off, one loses its network; the third works on."""
    workers, proxies = fire.workers(3), list[Proxy]()
    with hosts(3) as (dead, lonely, third):
        try:
            pids: dict[str, int] = {}

            def switch_on(host: Host) -> None:
                broker, broker_url = through(fire.broker.url, host.address)
                database, url = through(fire.server.environment["DATABASE_URL"], host.address)
                proxies.extend((broker, database))
                urls = {"BROKER_URL": broker_url, "DATABASE_URL": url}
                pids[host.name] = workers.add(host.prefix, **urls).pid

            for host in (dead, lonely, third):
                switch_on(host)
            with fire.queueing(2, 400, CUT_OFF_SECONDS):
                wait_until(lambda: min(map(fire.started_by, pids.values())) > 5)
                seen = json.loads(fire.server.ask(HOSTS))
                assert set(seen) == {"host0", "host1", "host2"}
                lonely.connect("down")
                workers.kill_process(pids["host0"])
                before = fire.started_by(pids["host2"])
                time.sleep(CUT_OFF_SECONDS)
                assert fire.started_by(pids["host2"]) > before + 50
                lonely.connect("up")
                switch_on(dead)
            with fire.queueing(3, 400, 40) as done:
                before = fire.started_by(pids["host1"])
                wait_until(lambda: fire.started_by(pids["host0"]) > 5)
                wait_until(lambda: fire.started_by(pids["host1"]) > before + 5)
                wait_until(done, LONGEST_SECONDS)
        finally:
            workers.stop()
            for proxy in proxies:
                proxy.close()

    print(fire.check(800, workers, limits=False))
