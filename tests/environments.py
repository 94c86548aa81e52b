"""Environments of generated projects: what is the same in all of them is made once, then linked.

uv links wheels from its cache into each environment already. What every project would still do is
to ask the index, to compile the bytecode of seventy packages, and to let mypy read them. So locks
are kept by what is locked, and for each Python there is one environment of the project that needs
most, with its bytecode, and mypy's cache where it is asked for. A project gets hard links to that
and then `uv sync`, which removes what its own lock does not have: the lock decides, not the links.

All of it lies in pytest's cache folder, so `pytest --cache-clear` begins with today's versions.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fastforge import __version__
from fastforge.answers.project import ProjectAnswers, valid_combinations
from fastforge.changes.staging import write_files
from fastforge.environment.uv import child_environment, program, uv_binary
from fastforge.render import render
from tests.combinations import has_engine, interpreters


@dataclass(frozen=True)
class Environments:
    """Makes environments; `folder` keeps what they share."""

    folder: Path

    def provide(self, project: Path, python: str, *resolution: str) -> None:
        """Lock a project and make its `.venv`; `resolution` are further options of `uv lock`."""
        self.lock(project, python, *resolution)
        base = self._base(python, resolution)
        link_tree(base / ".venv", project / ".venv")
        uv(project, "sync", "--frozen", "--python", interpreters()[python])

    def lock(self, project: Path, python: str, *resolution: str) -> None:
        """Write the project's uv.lock: the one kept for these dependencies, or a new one."""
        interpreter = interpreters()[python]
        wanted = _digest((project / "pyproject.toml").read_text(), interpreter, *resolution)
        kept = self.folder / "locks" / f"{wanted}.lock"
        with _alone(kept):
            if not kept.exists():
                uv(project, "lock", "--python", interpreter, *resolution)
                shutil.copy(project / "uv.lock", kept)
        shutil.copy(kept, project / "uv.lock")

    def types(self, python: str, target: Path) -> None:
        """Copy what mypy keeps of the packages to `target`, such as a project's `.mypy_cache`."""
        base = self._base(python, ())
        with _alone(base / ".mypy_cache"):
            if not (base / ".mypy_cache").exists():
                run(base, program(base, "mypy"), "--strict", "--cache-dir=.mypy_cache")
        shutil.copytree(base / ".mypy_cache", target)

    def _base(self, python: str, resolution: tuple[str, ...]) -> Path:
        """Give the project that needs most, with an environment that can be moved."""
        tree, interpreter = render("project", needs_most(python).context()), interpreters()[python]
        wanted = _digest(tree["pyproject.toml"].decode(), interpreter, *resolution)
        base = self.folder / f"python{python}-{wanted}" / "shop"
        ready = base.parent / "ready"
        with _alone(base.parent):
            if ready.exists():
                return base
            shutil.rmtree(base.parent, ignore_errors=True)
            write_files(tree, base)
            self.lock(base, python, *resolution)
            uv(base, "venv", "--relocatable", "--python", interpreter)
            uv(base, "sync", "--frozen", "--compile-bytecode", "--python", interpreter)
            ready.touch()
        return base


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other test processes from making the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.alone").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def copy_project(source: Path, target: Path, *ignored: str) -> None:
    """Copy a project for a test to change; by hard links what its environment has of others."""
    patterns = (".venv", "__pycache__", *ignored)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*patterns))
    link_tree(source / ".venv", target / ".venv")
    uv(target, "sync", "--frozen", "--offline")


def link_tree(source: Path, target: Path) -> None:
    """Copy a folder by hard links, or file by file on another file system."""
    shutil.copytree(source, target, symlinks=True, copy_function=_link)


def uv(project: Path, *arguments: str) -> None:
    """Run uv on a project, and say what it said if it fails."""
    run(project, uv_binary(), "--quiet", *arguments)


def run(folder: Path, *command: str) -> None:
    """Run a program in a project, and say what it said if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=child_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK}:
            raise
        shutil.copy2(source, target)


@cache
def needs_most(python: str) -> ProjectAnswers:
    """Give the answers that lead to most dependencies; every combination is rendered for it.

    Few projects have an engine: they get what it needs from uv's cache.
    """
    texts = {"name": "shop", "description": "Sells.", "author": "Ada", "python": python}
    rows = [row for row in valid_combinations() if not has_engine(row)]
    every = [ProjectAnswers.from_dict({**row, **texts}) for row in rows]
    return max(every, key=lambda answers: len(_wanted(_pyproject(answers))))


def _pyproject(answers: ProjectAnswers) -> str:
    return render("project", answers.context())["pyproject.toml"].decode()


def _wanted(pyproject: str) -> list[str]:
    """Give what is locked: the Pythons, the dependencies and those for development."""
    read = tomllib.loads(pyproject)
    project = read["project"]
    groups = [name for group in read["dependency-groups"].values() for name in group]
    return [project["name"], project["requires-python"], *project["dependencies"], *groups]


def _digest(pyproject: str, *more: str) -> str:
    wanted = [*_wanted(pyproject), *more]
    return hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:16]


def versions(project: Path) -> dict[str, str]:
    """Give the version of each package in a project's lock, of uv and of fastforge."""
    packages = tomllib.loads((project / "uv.lock").read_text())["package"]
    locked = {package["name"]: package["version"] for package in packages}
    return locked | {"uv": version("uv"), "fastforge": __version__}
