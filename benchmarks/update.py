"""How long `fastforge update` takes before it verifies, beside copier's own update of one template.

Run by hand, on a machine that does nothing else: `python benchmarks/update.py [RUNS [JOBS]]`. A
project of 0.1.0 with JOBS jobs, in a git repository, is brought to this version; copier brings a
project of the same template (without jobs) from the same version to the same one.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from fastforge import __version__
from fastforge.changes.staging import write_files
from fastforge.project.record import Record, record_of
from fastforge.releases.releases import rendered
from fastforge.releases.request import Request, Wanted

HERE = Path(__file__).resolve().parent
OLD = "0.1.0"
LONGEST, SHARE = 2.0, 0.5
"""Seconds that an update of 20 jobs may take, and what share of copier's."""
PROGRAMS = Path(sys.executable).parent
ENVIRONMENT = {
    **{name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "GIT_CONFIG_GLOBAL": os.devnull,
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@example.com"),
}
ANSWERS = {"name": "shop", "description": "Sells things.", "author": "Ada", "python": "3.11"}
UPDATES = {
    "fastforge": [str(PROGRAMS / "fastforge"), "update", "--no-verify"],
    "copier": [str(PROGRAMS / "copier"), "update", "--defaults", "--quiet"],
}


def main() -> None:
    """Print the medians and their ratio, then all as JSON."""
    runs, jobs = (int(word) for word in [*sys.argv[1:], *("9", "20")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        projects = {"fastforge": ours(folder, jobs), "copier": copiers(folder)}
        seconds: dict[str, list[float]] = {name: [] for name in projects}
        for number in range(runs + 1):
            for tool, project in projects.items():
                taken = update(project, UPDATES[tool])
                seconds[tool] += [taken] if number else []  # the first warms caches
    medians = {tool: statistics.median(taken) for tool, taken in seconds.items()}
    share = medians["fastforge"] / medians["copier"]
    for tool, median in medians.items():
        print(f"{tool:12}{median:6.2f} s")
    print(f"{'share':12}{share:6.2f}   (at most {SHARE}; {LONGEST} s)")
    figures = {f"{tool}, seconds": round(median, 2) for tool, median in medians.items()}
    print(json.dumps({**figures, "of copier's": round(share, 2), "jobs": jobs}))


def ours(folder: Path, jobs: int) -> Path:
    """Make the files of a project of the old version, with so many jobs."""
    parts = tuple(Wanted("job", f"job_{number}", job(f"job_{number}")) for number in range(jobs))
    made = rendered(OLD, Request("shop", ANSWERS, parts))
    root = folder / "shop"
    root.mkdir()
    for kind, name, part in [
        ("project", "shop", made.project),
        *(("job", part.name, done) for part, done in zip(parts, made.parts, strict=True)),
    ]:
        digests = record_of(kind, name, part.answers, part.tree).digests
        record = Record(kind, name, part.answers, digests, OLD)
        write_files({**part.tree, record.path: record.content()}, root)
    return committed(root)


def job(name: str) -> dict[str, object]:
    """Give the answers of a job, as a record of the old version has them."""
    return {
        "name": name,
        "kind": "cron",
        "schedule": "30 2 * * 1-5",
        "timezone": "Europe/Berlin",
        "description": "Does its work.",
        "timeout": "10m",
        "start": "2026-11-01T00:00:00+00:00",
    }


def copiers(folder: Path) -> Path:
    """Make a repository of the template in both versions, and a project of the old one."""
    template = folder / "template"
    template.mkdir()
    with zipfile.ZipFile(HERE.parent / "releases" / "packed" / f"{OLD}.zip") as archive:
        archive.extractall(folder / "old")
    for version, source in ((OLD, folder / "old"), (__version__, HERE.parent)):
        for path in template.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(source / "templates" / "project", template, dirs_exist_ok=True)
        answers = template / "template" / "{{ _copier_conf.answers_file }}.jinja"
        if not any((template / "template").glob("*_copier_conf*")):
            answers.write_text("{{ _copier_answers | to_nice_yaml }}\n")
        committed(template)
        run(["git", "tag", f"v{version}"], template)
    data = [word for name, text in ANSWERS.items() for word in ("--data", f"{name}={text}")]
    copy = [
        str(PROGRAMS / "copier"),
        "copy",
        "--defaults",
        "--quiet",
        *data,
        "--vcs-ref",
        f"v{OLD}",
    ]
    run([*copy, str(template), str(folder / "copied")], folder)
    return committed(folder / "copied")


def update(project: Path, command: Sequence[str]) -> float:
    """Update a project as it was at first; give the seconds."""
    run(["git", "reset", "--quiet", "--hard"], project)
    run(["git", "clean", "-fdxq"], project)
    started = time.perf_counter()
    run(command, project)
    return time.perf_counter() - started


def committed(root: Path) -> Path:
    """Commit all files of a folder, which becomes a repository if it is none."""
    run(["git", "init", "--quiet"], root)
    run(["git", "add", "--all"], root)
    run(["git", "commit", "--quiet", "--message", "All"], root)
    return root


def run(command: Sequence[str], folder: Path) -> None:
    """Run a command; raises if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
