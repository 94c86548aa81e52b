"""A project of the small release 0.2.1 on disk, and `fastforge update` of it in this process."""

import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from fastforge.changes.staging import write_files
from fastforge.commands.update import update
from fastforge.errors import understood
from fastforge.project.record import Record, record_of
from fastforge.releases.releases import rendered
from fastforge.releases.request import Request, Wanted
from fastforge.updating import versions
from tests.releases import SMALL, use

ANSWERS = {"name": "shop", "description": "Sells.", "author": "Ada"}
PARTS = {
    "job": {
        "name": "tidy",
        "kind": "daily",
        "schedule": "03:30",
        "description": "Tidy.",
        "start": "2026-01-01T00:00:00+00:00",
    },
    "task": {"name": "mail", "description": "Send."},
    "module": {"name": "things", "item": "thing"},
}
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "ada",
    "GIT_AUTHOR_EMAIL": "ada",
    "GIT_COMMITTER_NAME": "ada",
    "GIT_COMMITTER_EMAIL": "ada",
}


def project_of_the_oldest(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Make a project of 0.2.1 for a fastforge that is 0.4.0, where no git is set up."""
    (folder / "releases").mkdir()
    use(patch, folder / "releases")
    patch.setattr(versions, "__version__", SMALL[-1])
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        patch.setenv(name, os.devnull)
    return make_project(folder / "top" / "shop")


def make_project(root: Path, version: str = "0.2.1") -> Path:
    """Write a project with a job, a task and a module."""
    wanted = tuple(Wanted(kind, str(one["name"]), one) for kind, one in PARTS.items())
    done = rendered(version, Request("shop", ANSWERS, wanted))
    assert done.project is not None
    named = [("project", "shop", done.project)]
    named += [(one.kind, one.name, made) for one, made in zip(wanted, done.parts, strict=True)]
    for kind, name, made in named:
        digests = record_of(kind, name, made.answers, made.tree).digests
        record = Record(kind, name, made.answers, digests, version)
        write_files({**made.tree, record.path: record.content()}, root)
    return root


def run_update(root: Path, **options: Any) -> Mapping[str, Any]:
    """Run `fastforge update --json` in a project; raises what the program would tell."""
    with redirect_stdout(StringIO()) as printed:
        try:
            update(project=root, verify=False, as_json=True, **options)
        except Exception as error:
            raise understood(error) from error
    facts: Mapping[str, Any] = json.loads(printed.getvalue())
    return facts


def git(folder: Path, *words: str, fails: bool = False) -> None:
    """Run git in a folder, as somebody without settings; `fails` tells how it ends."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **_GIT}, capture_output=True, check=False
    )
    assert bool(done.returncode) == fails, done.stderr


def commit(folder: Path) -> None:
    """Make a repository of a folder, unless it is one, and commit all that is there."""
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "all", "--allow-empty")
