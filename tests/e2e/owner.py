"""A project of 0.1.0 with parts, made by that release, and what its owner has done to it since.

The owner's work is `tests/fixtures/work_of_an_owner.patch`, as `git diff` shows it.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from fastforge.releases.releases import packed_releases
from fastforge.releases.unpacking import unpacked
from tests.conftest import REPOSITORY
from tests.e2e.transcript import GIT

FIRST = "0.1.0"
WORK = REPOSITORY / "tests" / "fixtures" / "work_of_an_owner.patch"
CRLF = "src/shop/modules/payments/gateway.py"
"""The owner's editor saved this file with the line ends of Windows."""

_PARTS = (
    ("add-job", "tidy_up", "--cron", "0 4 * * 1-5", "--timezone", "Europe/Berlin"),
    ("add-job", "reconcile", "--every", "1d", "--idempotent"),
    ("add-job", "weekly_report", "--cron", "0 7 * * 1"),
    ("add-task", "send_invoice", "--param", "email:EmailStr", "--param", "total:Decimal>=0"),
    (
        *("add-module", "products", "--field", "sku:str{3,20},unique"),
        *("--field", "price:Decimal>=0", "--field", "active:bool"),
    ),
    ("add-module", "parcels", "--gateway"),
)
_START = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("fastforge", run_name="__main__", alter_sys=True)
"""
_DELETED = ("AGENTS.md", ".github/workflows/ci.yml", "tests/modules/notifications/test_schemas.py")
_RESCHEDULED = "tests/jobs/test_weekly_report.py"
_DUE = """START = "2026-11-27T12:00:00+00:00"
DUE = ["2026-11-28T06:30:00+01:00", "2026-11-29T06:30:00+01:00"]
"""
"""What stood there is in no patch, since it depends on the day on which the project was made."""


def made_by_the_first_release(folder: Path, *options: str) -> Path:
    """Make a project in `folder` by the commands of 0.1.0, and commit it; give its root."""
    project = folder / "shop"
    new = ("new", project.name, "--yes", "--author", "Ada", "--no-git", *options)
    with unpacked(packed_releases() / f"{FIRST}.zip") as release:
        for place, words in ((folder, new), *((project, part) for part in _PARTS)):
            command = [sys.executable, "-c", _START, str(release.folder), *words, "--no-verify"]
            subprocess.run(command, cwd=place, check=True, capture_output=True)
    git(project, "init", "--quiet", "--initial-branch=main")
    commit(project, f"Create shop with fastforge {FIRST}")
    return project


def edit(project: Path) -> None:
    """Do what its owner did, and commit it."""
    git(project, "apply", str(WORK))
    git(project, "rm", "--quiet", *_DELETED)
    due = project / _RESCHEDULED
    due.write_text(re.sub(r"START = .*?\n\]\n", _DUE, due.read_text(), flags=re.DOTALL))
    file = project / CRLF
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    commit(project, "Sell goods")


def add_a_revision(project: Path) -> None:
    """Do only this of the owner's work: a revision that adds a column, as a head of its own."""
    git(project, "apply", "--include=migrations/versions/*", str(WORK))
    commit(project, "Count what there is")


def git(project: Path, *words: str) -> None:
    """Run git in a project, without the settings of whoever runs the tests."""
    subprocess.run(["git", *words], cwd=project, env={**os.environ, **GIT}, check=True)


def commit(project: Path, message: str) -> None:
    """Commit all that is there."""
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", message)
