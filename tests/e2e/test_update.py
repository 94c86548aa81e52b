"""A project of 0.1.0 that its owner has worked in, updated, and started on its old database."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.answers.project import default_python
from fastforge.environment.uv import child_environment, program
from tests.conftest import Fastforge, Ran
from tests.e2e import old_rows, owner
from tests.e2e.old_service import KEY, Caller, Killed, killed_at_work, wait_until
from tests.e2e.service import serve
from tests.e2e.solving import solve
from tests.environments import Environments

pytestmark = pytest.mark.e2e

MOVED = (
    "src/shop/jobs/price_check.py: import Every, Job from shop.background, as it seems, no longer "
    "from shop.scheduling."
)
KEPT_DELETED = {
    "AGENTS.md",
    ".github/workflows/ci.yml",
    "tests/modules/notifications/test_schemas.py",
}
OWN_LINES = (
    ("pyproject.toml", '    "rich>=14",\n'),
    (".env.example", "\n# PRINT_FOLDER=print\n"),
    ("README.md", "Ask Ada before you deploy on a Friday."),
    ("src/shop/settings.py", '    print_folder: str = "print"\n'),
    ("src/shop/modules/goods/models.py", "    stock: Mapped[int | None]\n"),
)
WHAT_CAME = "0008@0002"
"""To 0002, but only what leads to 0008: the owner's revisions, which come after 0002 too, stay."""
OWN_TESTS = ("tests/jobs", "tests/tasks", "tests/modules")


def update(fastforge: Fastforge, project: Path, *verify: str) -> Ran:
    """Update it as a person would: look first, then update, solve the conflicts and continue."""
    looked = json.loads(fastforge("update", "--dry-run", "--json", cwd=project).out)
    begun = fastforge("update", "--json", cwd=project)
    told = json.loads(begun.out)

    same = ("files", "told", "conflicts", "notes", "from", "to")
    assert {name: looked[name] for name in same} == {name: told[name] for name in same}
    assert (begun.code, told["from"], told["to"]) == (3, owner.FIRST, __version__)
    assert MOVED in told["notes"]
    assert {each["path"] for each in told["told"] if each["fate"] == "kept deleted"} == KEPT_DELETED
    assert [line for path, line in OWN_LINES if line not in (project / path).read_text()] == []
    saved = (project / owner.CRLF).read_bytes()
    assert saved.count(b"\r\n") == saved.count(b"\n")
    solve(project)
    return fastforge("update", "--continue", "--json", *verify, cwd=project, UV_OFFLINE="1")


def test_it_is_updated_and_runs_on_its_old_data(
    old: Path, environments: Environments, fastforge: Fastforge
) -> None:
    killed = killed_at_work(old, old.parent / "data")
    due_at = old_rows.let_be_due(killed.database, "price_check", seconds=300)
    before = old_rows.read(killed.database)

    assert update(fastforge, old, "--no-verify").code == 0
    shutil.rmtree(old / ".venv")
    environments.provide(old, default_python())

    _migrate_back_and_forth(old, killed.database)
    with serve(old, "shop", killed.folder, RUNNER="false", SCHEDULER="false"):
        after = old_rows.read(killed.database)
    assert list(old_rows.differences(before, after)) == []
    _runs_on(old, killed, due_at.isoformat())
    assert _python(old, "pytest", "-q", "-m", "not processes", *OWN_TESTS) == 0


def _migrate_back_and_forth(project: Path, database: Path) -> None:
    """Migrate a copy, then take back what has come: old columns are as they were, twice."""
    copy = database.with_name("copy.db")
    shutil.copyfile(database, copy)
    url = f"sqlite:///{copy}"
    before = old_rows.read(copy)
    for _ in range(2):
        assert _python(project, "alembic", "upgrade", "heads", DATABASE_URL=url) == 0
        assert list(old_rows.differences(before, old_rows.read(copy))) == []
        assert _python(project, "alembic", "downgrade", WHAT_CAME, DATABASE_URL=url) == 0
        assert old_rows.without_leases(old_rows.read(copy)) == old_rows.without_leases(before)


def _runs_on(project: Path, killed: Killed, due_at: str) -> None:
    """Start it for real: what waited runs, what was cut off is told or repeated, jobs are due."""
    with serve(project, "shop", killed.folder, OPS_API_KEY=KEY, LEASE_SECONDS="2") as url:
        call = Caller(url)
        assert killed.failed in {run["id"] for run in call("GET", "/tasks/failed")}
        (killed.folder / "print" / "no").mkdir()
        call("POST", f"/tasks/{killed.failed}/retry")
        states = {killed.failed: "succeeded", killed.queued: "succeeded", killed.running: "lost"}
        wait_until(lambda: {run: call.state(run) for run in states} == states)
        wait_until(lambda: "succeeded" in call.states("reconcile"))  # idempotent: run again
        moment = due_at.replace("+00:00", "Z")
        wait_until(lambda: "succeeded" in call.states("price_check"))
        assert moment in {run["due_at"] for run in call("GET", "/jobs/price_check/runs")}
        jobs = {job["name"]: job for job in call("GET", "/jobs")}
        assert {name for name, job in jobs.items() if job["paused"]} == {"tidy_up"}
        assert jobs["weekly_report"]["next_run_at"]
        assert len(call("GET", "/goods")["items"]) == len(call("GET", "/shipments")["items"]) == 1


def _python(project: Path, *words: str, **variables: str) -> int:
    """Run a module in the project; give its exit code, and print what it said."""
    done = subprocess.run(
        [program(project, "python"), "-m", *words],
        cwd=project,
        env={**child_environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, done.stderr)
    return done.returncode


@pytest.mark.exhaustive("tests a second whole project")
def test_it_passes_its_checks_when_its_owner_has_solved_the_conflicts(
    old: Path, fastforge: Fastforge
) -> None:
    ran = update(fastforge, old)

    assert ran.code == 0, ran.err
    checks = {check["check"]: check for check in json.loads(ran.out)["verification"]["checks"]}
    assert list(checks) == ["tests", "lint", "format", "types (ty)", "start-up"]
