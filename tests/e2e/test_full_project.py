"""A default project from the installed wheel: verified, and as its README says."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fastforge.environment.uv import child_environment, program, uv_binary
from tests.conftest import WORKERS
from tests.e2e.conftest import Installed
from tests.environments import copy_project
from tests.terminal import terminal

pytestmark = pytest.mark.e2e


@pytest.mark.exhaustive("verifies a second whole project")
def test_a_new_project_can_be_verified_as_a_whole(installed: Installed, tmp_path: Path) -> None:
    ran = installed("new", "shop", "--json", "--yes", "--full", cwd=tmp_path)

    assert ran.code == 0, ran.err
    facts = json.loads(ran.out)
    checks = {check["check"]: check for check in facts["verification"]["checks"]}
    assert facts["project"] == str(tmp_path / "shop")
    assert all(check["passed"] for check in checks.values())
    assert list(checks) == [
        *("tests", "lint", "format", "types (ty)", "types (mypy)", "migrations", "start-up")
    ]
    assert checks["tests"]["facts"]["coverage_percent"] == 100
    assert checks["start-up"]["facts"]["requests"] == 8
    status = ["git", "-C", str(tmp_path / "shop"), "status", "--porcelain"]
    assert subprocess.run(status, check=True, capture_output=True).stdout == b""


def test_the_parts_of_the_project_are_listed(shop: Path, installed: Installed) -> None:
    ran = installed("list", "--json", cwd=shop)

    parts = json.loads(ran.out)
    assert {module["name"] for module in parts["modules"]} == {"notifications", "payments"}
    assert {job["name"] for job in parts["jobs"]} >= {"database_backup"}
    assert all(job["next_run"] for job in parts["jobs"])
    assert [task["name"] for task in parts["tasks"]] == ["post_alert", "send_email"]


VARIABLES = {
    **dict.fromkeys(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"], "http://127.0.0.1:9"),
    "WEB_CONCURRENCY": "3",
    "UVICORN_WORKERS": "3",
    "UVICORN_PORT": "1",
    "PYTHONOPTIMIZE": "1",
    "LC_ALL": "C",
    "FORCE_COLOR": "1",
    "FORWARDED_ALLOW_IPS": "*",
}
TALKING = (
    "machinery/monitoring/test_metrics.py",
    "machinery/test_start.py",
    "machinery/background/test_main_in_process.py",
)


def test_variables_of_the_shell_change_no_test(shop: Path, tmp_path: Path) -> None:
    usual = child_environment()
    shell = {**usual, **VARIABLES, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "absent")}
    python = program(shop, "python")
    command = [python, "-m", "pytest", "-n", "0", *(f"tests/{name}" for name in TALKING)]

    ran = subprocess.run(command, cwd=shop, env=shell, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout
    assert not (tmp_path / "absent").exists()


@pytest.fixture
def copy(shop: Path, tmp_path: Path) -> Path:
    """A copy of the project with one test, the others having passed in the original."""
    copy_project(shop, tmp_path / "shop", "test_[!s]*.py", "test_s[!c]*.py")
    return tmp_path / "shop"


def test_a_broken_project_fails_verification_and_says_where(
    copy: Path, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WORKERS, raising=False)  # its tests use every core, as a user's do
    (copy / "tests" / "test_broken.py").write_text(
        "def test_broken() -> None:\n    assert 1 == 2\n"
    )

    ran = installed("verify", cwd=copy)

    assert ran.code == 4
    assert "tests/test_broken.py::test_broken: " in ran.err
    assert "uv run pytest" in ran.err
    assert f"The project is kept in {copy}." in ran.err


MANY = """
import itertools
import time
from pathlib import Path

import pytest

done = itertools.count()

@pytest.mark.parametrize("number", range(401))
def test_quick(number: int) -> None:
    if next(done) > 80:  # one line of results is full, in any order
        while not Path("seen").exists():
            time.sleep(0.05)
"""


def test_the_tests_are_counted_while_they_run(copy: Path) -> None:
    for file in (copy / "tests").rglob("test_*.py"):
        file.unlink()
    (copy / "tests" / "test_many.py").write_text(MANY)

    with terminal(copy, "verify", "--quick") as person:
        person.expect(" of 401")
        (copy / "seen").touch()
        person.expect("401 tests")
        person.end()


def test_without_a_network_the_project_is_made_and_the_exit_code_is_5(
    installed: Installed, tmp_path: Path
) -> None:
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")

    ran = installed(
        *("new", "shop", "--yes"),
        cwd=tmp_path,
        UV_CACHE_DIR=str(tmp_path / "cache"),
        UV_HTTP_RETRIES="0",
        NO_PROXY="",
        no_proxy="",
        **nowhere,
    )

    assert ran.code == 5
    assert "the package index cannot be reached" in ran.err
    assert f"fastforge verify -C {tmp_path}/shop" in ran.err
    assert (tmp_path / "shop" / "pyproject.toml").is_file()
    assert (tmp_path / "shop" / ".git").is_dir()


def test_the_commands_of_the_readme_run(copy: Path) -> None:
    commands = readme_commands((copy / "README.md").read_text())

    assert "uv run pytest -q -n 2" in commands
    for command in commands:
        if serves(command):
            start_and_stop(command, copy)
        else:
            done = subprocess.run(["bash", "-ec", command], **of_a_reader(copy), check=False)
            assert done.returncode == 0, f"{command}: {done.stdout}"


def start_and_stop(command: str, project: Path) -> None:
    """Run a server until it says that it is up, then press Ctrl-C."""
    said = ""
    with subprocess.Popen(["bash", "-ec", command], **of_a_reader(project)) as server:
        assert server.stdout is not None
        for line in server.stdout:
            said += line
            if "Application startup complete" in line:
                os.killpg(server.pid, signal.SIGINT)
                break
        said += server.stdout.read()
    assert "Application startup complete" in said, f"{command}: {said}"


def of_a_reader(project: Path) -> dict[str, Any]:
    """Give the circumstances of somebody who types a command of the README."""
    path = f"{Path(uv_binary()).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        "cwd": project,
        "env": {**child_environment(), "PATH": path},
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
        "start_new_session": True,
    }


def readme_commands(readme: str) -> list[str]:
    """Give the command lines of the shell blocks that need nothing but the project."""
    blocks = re.findall(
        r"^```(?:sh|bash|shell|console)\n(.*?)^```", readme, re.DOTALL | re.MULTILINE
    )
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    commands = [line.partition("  #")[0].strip().removeprefix("$ ") for line in lines]
    return [c for c in commands if c.startswith("uv ") and not re.search("FILE|PATH/TO", c)]


def serves(command: str) -> bool:
    return bool(re.search(r"fastapi (dev|run)|--workers", command))
