"""A process of 0.1.0 that still runs when the first one of the new version has migrated."""

import os
import shutil
from pathlib import Path

import pytest

from fastforge.answers.project import default_python
from tests.conftest import Fastforge
from tests.e2e.old_service import KEY, Caller, wait_until
from tests.e2e.service import serve
from tests.e2e.solving import solve
from tests.environments import Environments, copy_project

pytestmark = pytest.mark.e2e
REFUSED = ("POST /send-invoice", "POST /jobs/tidy_up/run", "GET /tasks/failed", "GET /health/ready")


@pytest.mark.exhaustive("updates a project and runs both versions")
def test_it_accepts_nothing_starts_nothing_and_what_it_runs_counts_as_cut_off(
    old: Path, environments: Environments, fastforge: Fastforge
) -> None:
    """So an update says: stop all old processes first, and let their runs end."""
    new, data, other = old.parent / "new", old.parent / "data", old.parent / "other"
    (data / "print").mkdir(parents=True)
    other.mkdir()
    copy_project(old, new)
    fastforge("update", "--no-verify", cwd=new)
    solve(new)
    assert fastforge("update", "--continue", "--no-verify", cwd=new).code == 0
    shutil.rmtree(new / ".venv")
    environments.provide(new, default_python())
    blocking = [data / "print" / name for name in ("products.csv", "paid.txt")]
    for file in blocking:
        os.mkfifo(file)
    shared = {"DATABASE_URL": f"sqlite:///{data}/service.db", "OPS_API_KEY": KEY}

    with serve(old, "shop", data, RUNNER_THREADS="2", SHUTDOWN_GRACE_SECONDS="1", **shared) as url:
        before = Caller(url, "X-API-Key")
        for job in ("weekly_report", "reconcile"):
            before("POST", f"/jobs/{job}/run")
            wait_until(lambda job=job: "running" in before.states(job))
        queued = before.invoice("bob@example.com")
        with serve(new, "shop", other, LEASE_SECONDS="2", **shared) as url_now:
            now = Caller(url_now)
            wait_until(lambda: now.state(queued) == "succeeded")
            wait_until(lambda: "lost" in now.states("weekly_report"))
            wait_until(lambda: "succeeded" in now.states("reconcile"))  # beside the first
            for asked in REFUSED:
                method, path = asked.split()
                body = {"email": "c@example.com", "total": "5"} if "invoice" in path else None
                with pytest.raises(AssertionError, match=f"^{asked}: 503 "):
                    before(method, path, body)
            assert [file.read_text() for file in blocking] == ["", "0\n"]  # they end
            wait_until(lambda: "no such table: runs" in (data / "log").read_text())
            assert "lost" in now.states("weekly_report")
