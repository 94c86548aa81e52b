"""Parts that are added to a real project by the installed wheel: verified, listed, removed."""

import json
import subprocess
from pathlib import Path

import pytest

from fastforge.environment.uv import child_environment, program
from tests.conftest import files_of
from tests.e2e.conftest import Installed, exhaustive_only
from tests.environments import copy_project

pytestmark = pytest.mark.e2e

JOB = ("add-job", "nightly_report", "--cron", "30 2 * * 1-5", "--timezone", "Europe/Berlin")
TASK = ("add-task", "send_invoice", "--param", "email:EmailStr", "--param", "copies:int>=1<=9=1")
NO_ROUTE = (
    *("add-task", "send_note", "--no-route", "--param", "email:EmailStr"),
    *("--priority", "-5", "--rate-limit", "1/minute"),
)
FOR_OPERATORS = ("add-task", "remind", "--guard", "ops", "--delay", "10m")
QUEUING = ("add-job", "nightly_note", "--daily", "03:30", "--queues", "send_note")
ALL = (JOB, TASK, NO_ROUTE, FOR_OPERATORS, QUEUING)


@pytest.fixture(scope="module")
def added(shop: Path, installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with parts; that they are verified when they are added the README shows."""
    project = tmp_path_factory.mktemp("parts") / "shop"
    copy_project(shop, project)
    for words in ALL:
        assert installed(*words, "--no-verify", cwd=project).code == 0
    return project


def test_parts_are_listed_and_covered_by_their_own_tests(added: Path, installed: Installed) -> None:
    parts = json.loads(installed("list", "--json", cwd=added).out)

    listed = {part["name"] for kind in ("jobs", "tasks") for part in parts[kind]}
    names = {words[1] for words in ALL}
    assert names <= listed
    assert _covered(added) == {f"{name}.py": 100 for name in names}


def test_removed_parts_leave_nothing(
    added: Path, shop: Path, installed: Installed, tmp_path: Path
) -> None:
    project = tmp_path / "shop"
    copy_project(added, project)

    for words in reversed(ALL):
        removal = words[0].replace("add", "remove")
        assert installed(removal, words[1], cwd=project).code == 0

    assert _own_files(project) == _own_files(shop)


MUTANTS = (
    ("jobs/nightly_report.py", "context.due_at.isoformat()", "context.due_at()"),
    ("tasks/send_invoice.py", 'extra="forbid"', 'extra="ignore"'),
    ("jobs/nightly_note.py", "key=str(context.run_id)", "key=None"),
)
MORE_MUTANTS = (
    ("jobs/nightly_note.py", "context.enqueue(TASK, payload, ", "dict(payload, "),
    ("tasks/send_note.py", '    rate_limit="1/minute",\n', ""),
    ("tasks/remind.py", "delay=DELAY", "delay=DELAY * 2"),
    ("tasks/remind.py", ", dependencies=[OpsWrite]", ""),
    ("jobs/nightly_report.py", 'name="nightly_report"', 'name="report"'),
    ("jobs/nightly_report.py", "30 2 * * 1-5", "30 2 31 2 *"),
    ("tasks/send_invoice.py", "HTTPStatus.ACCEPTED", "HTTPStatus.OK"),
    ("tasks/send_invoice.py", "return enqueue(TASK, payload)", "return Accepted.model_construct()"),
    ("tasks/send_invoice.py", "type(payload).model_fields", "payload.fields"),
)


@pytest.mark.parametrize(("path", "old", "new"), [*MUTANTS, *exhaustive_only(MORE_MUTANTS)])
def test_the_tests_of_a_part_fail_when_it_changes(
    added: Path, path: str, old: str, new: str
) -> None:
    source = added / "src" / "shop" / path
    original = source.read_text()
    assert old in original
    source.write_text(original.replace(old, new))
    folder, name = path.split("/")

    done = _pytest(added, f"tests/{folder}/test_{name}")
    source.write_text(original)

    assert done.returncode == 1, done.stdout


def _pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(project, "python"), "-m", "pytest", "-q", "-x", *arguments],
        cwd=project,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def _covered(project: Path) -> dict[str, float]:
    """Give how much of the parts their own tests cover, in percent."""
    tests = [f"tests/{words[0][4:]}s/test_{words[1]}.py" for words in ALL]
    done = _pytest(
        project, *tests, *("--cov", "--cov-fail-under=0", "--cov-report=json:covered.json")
    )
    assert done.returncode == 0, done.stdout
    report = project / "covered.json"
    files = json.loads(report.read_text())["files"]
    report.unlink()
    parts = {f"{words[1]}.py" for words in ALL}
    return {
        Path(path).name: found["summary"]["percent_covered"]
        for path, found in files.items()
        if Path(path).name in parts
    }


def _own_files(project: Path) -> dict[str, bytes]:
    ignored = {".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".coverage"}
    return {
        path: content
        for path, content in files_of(project).items()
        if not ignored & set(Path(path).parts)
    }
