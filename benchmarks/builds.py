"""Projects that benchmarks run in: of this checkout, and of an older commit to compare with."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uv import find_uv_bin

HERE = Path(__file__).resolve().parent
IN_PROJECT = HERE / "in_project"
OLD = "2961fc2"
"""The commit that figures are compared with."""
LONGEST_SECONDS = 1200
DROPPED = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH"}
ENVIRONMENT = {name: text for name, text in os.environ.items() if name not in DROPPED}
"""Bytecode is kept, as where a project is at home."""


@dataclass(frozen=True)
class Build:
    """The sources of fastforge at one commit."""

    name: str
    source: Path

    def project(self, folder: Path, *options: str) -> Path:
        """Make the project `shop` in `folder`, with an environment; one that is there is kept."""
        project = folder / "shop"
        if (project / "ready").exists():
            return project
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        new = [sys.executable, "-m", "fastforge", "new", "shop", "--yes", "--no-git", "--no-verify"]
        run([*new, *options], folder, {"PYTHONPATH": str(self.source)})
        run([uv(), "sync", "--quiet", "--compile-bytecode", "--python", sys.executable], project)
        if not (project / "src" / "shop" / "database").is_dir():
            put_new_names(project / "src" / "shop")
        (project / "ready").touch()
        return project


def builds(commit: str, folder: Path) -> tuple[Build, Build]:
    """Give this checkout and the older commit, whose sources are put into `folder`."""
    old = folder / "source"
    if not old.exists():
        archive = ["git", "archive", "--format=tar", commit, "fastforge", "templates"]
        done = subprocess.run(archive, cwd=HERE.parent, check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            tar.extractall(old, filter="data")
    return Build("this build", HERE.parent), Build(commit, old)


def put_new_names(package: Path) -> None:
    """Let scripts import by today's names what was elsewhere in 2961fc2; no line of it changes."""
    shutil.copytree(HERE / "new_names", package, dirs_exist_ok=True)
    with (package / "database.py").open("a") as file:
        file.write('\n__path__ = [__file__.replace("database.py", "database_names")]\n')
    with (package / "background" / "execution.py").open("a") as file:
        file.write("\n\ndef no_observer(*_facts: object) -> None:\n    pass\n")


def put_noop(project: Path) -> None:
    """Add the task that is drained by `peers.py`, with the lines that note its start."""
    tasks = project / "src" / "shop" / "tasks"
    shutil.copy(IN_PROJECT / "noop.py", tasks / "noop.py")
    shutil.copy(HERE / "in_peers" / "noted.py", tasks / "_noted.py")


def python(project: Path) -> str:
    """Give the Python of a project."""
    return str(project / ".venv" / "bin" / "python")


def figures_of(
    project: Path, script: str, *arguments: str, **variables: str
) -> tuple[str, dict[str, Any]]:
    """Run a script of `in_project`; give what it printed, and the figures of its last line."""
    command = [python(project), str(IN_PROJECT / f"{script}.py"), *arguments]
    text = run(command, project, variables)
    return text, last_line(text)


def last_line(text: str) -> dict[str, Any]:
    """Read the figures, which are the last line of each script."""
    try:
        figures: dict[str, Any] = json.loads(text.splitlines()[-1])
    except (IndexError, ValueError):
        sys.exit(f"the last line is no JSON: {text}")
    return figures


def run(command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> str:
    """Run a program and give what it prints; end with what it said if it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**ENVIRONMENT, **(more or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"{' '.join(command)} hung for {LONGEST_SECONDS} s")
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
    return done.stdout


def uv() -> str:
    """Give the program."""
    return find_uv_bin()


def versions(interpreter: Path, packages: Sequence[str]) -> dict[str, str]:
    """Give the versions of those packages that an environment has."""
    code = (
        "import json, sys; from importlib.metadata import distributions;"
        "found = {each.name.lower().replace('_', '-'): each.version for each in distributions()};"
        "print(json.dumps({name: found[name] for name in sys.argv[1:] if name in found}))"
    )
    return last_line(run([str(interpreter), "-c", code, *packages], HERE))
