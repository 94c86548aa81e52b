"""What a project's files declare, read without running them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fastforge.answers import ProjectAnswers
from fastforge.errors import FastforgeError
from fastforge.inventory import Inventory, JobEntry, ModuleEntry, TaskEntry, take_inventory
from fastforge.project import Project
from fastforge.record import record_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    for folder in ("modules", "jobs", "tasks"):
        (tmp_path / "src/shop" / folder).mkdir(parents=True)
        (tmp_path / "src/shop" / folder / "__init__.py").touch()
    return Project(tmp_path, record_of("project", "shop", answers.as_dict(), {}), answers)


def add(project: Project, path: str, source: str) -> None:
    file = project.package / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)


def job(project: Project, schedule: str) -> JobEntry:
    add(project, "jobs/report.py", f'X = 1\nJOB = Job(name="report", schedule={schedule})\n')
    return take_inventory(project, NOW).jobs[0]


def test_an_empty_project_has_nothing(project: Project) -> None:
    assert take_inventory(project, NOW) == Inventory((), (), ())


@pytest.mark.parametrize(
    ("schedule", "words", "next_run"),
    [
        ('Daily("03:30", timezone="UTC")', "daily at 03:30", "2026-11-23T03:30:00+00:00"),
        ("Every(timedelta(minutes=5))", "every 5 minutes", "2026-11-22T12:05:00+00:00"),
        (
            'Crontab("0 12 * * 1-5", timezone="Asia/Shanghai")',
            "Monday through Friday, Asia/Shanghai",
            "2026-11-23T12:00:00+08:00",
        ),
        ("Once(datetime(2026, 12, 1, 9, tzinfo=UTC))", "once", "2026-12-01T09:00:00+00:00"),
        ("Once(datetime(2020, 12, 1, 9, tzinfo=UTC))", "once", None),
    ],
)
def test_a_job_is_listed_with_its_schedule_in_words_and_its_next_run(
    project: Project, schedule: str, words: str, next_run: str | None
) -> None:
    entry = job(project, schedule)

    assert words.lower() in entry.schedule.lower()
    assert (entry.name, entry.next_run, entry.place) == (
        "report",
        next_run,
        "src/shop/jobs/report.py:2",
    )


@pytest.mark.parametrize(
    "schedule", ["NIGHTLY", "Daily(HOUR)", 'Daily("25:99")', "make()", "Every()"]
)
def test_a_schedule_that_only_the_program_knows_is_shown_as_it_is_written(
    project: Project, schedule: str
) -> None:
    entry = job(project, schedule)

    assert entry.schedule.replace("'", '"') == schedule
    assert entry.next_run is None


def test_a_job_without_a_schedule_says_so(project: Project) -> None:
    add(project, "jobs/report.py", 'JOB: Job = Job(name="report")')

    assert take_inventory(project, NOW).jobs[0].schedule == "no schedule"


def test_tasks_are_listed_with_the_routes_of_their_file(project: Project) -> None:
    source = """
TASK = Task(name="send")
router = APIRouter(prefix="/mail", tags=["mail"])
@router.post("/notify", status_code=202)
def notify(): ...
@router.get("")
async def read(): ...
@cache
@other.thing("/x")
def helper(): ...
"""
    add(project, "tasks/send.py", source)

    assert take_inventory(project, NOW).tasks == (
        TaskEntry("send", ("POST /mail/notify", "GET /mail"), "src/shop/tasks/send.py:2"),
    )


def test_modules_are_listed_with_the_routes_of_their_files(project: Project) -> None:
    add(project, "modules/payments/__init__.py", "")
    add(project, "modules/payments/router.py", '@router.post("/payments")\ndef pay(): ...\n')
    add(project, "modules/__pycache__/x.py", "")

    assert take_inventory(project, NOW).modules == (
        ModuleEntry("payments", ("POST /payments",), "src/shop/modules/payments"),
    )


def test_a_file_that_declares_nothing_is_not_listed(project: Project) -> None:
    add(project, "jobs/helpers.py", "JOBS = [Job()]\nJOB, X = 1, 2\n")

    assert take_inventory(project, NOW).jobs == ()


def test_a_file_that_is_not_python_is_named(project: Project) -> None:
    add(project, "jobs/report.py", "JOB = (\n")

    with pytest.raises(FastforgeError, match=r"report\.py:1 is not Python: '\(' was never closed"):
        take_inventory(project, NOW)
