"""What a project's files declare, read without running them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.errors import FastforgeError
from fastforge.project.inventory import Inventory, JobEntry, ModuleEntry, TaskEntry, take_inventory
from fastforge.project.project import Project
from fastforge.project.record import record_of

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
    names = 'ZONE: str = "Asia/Tokyo"; NIGHTLY = Daily("02:00", timezone=ZONE); LOOP = LOOP'
    add(project, "jobs/report.py", f'{names}\nJOB = Job(name="report", schedule={schedule})\n')
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
        (
            'Once(datetime.fromisoformat("2026-12-01T09:00+01:00"))',
            "once",
            "2026-12-01T09:00:00+01:00",
        ),
        ("NIGHTLY", "daily at 02:00 Asia/Tokyo", "2026-11-23T02:00:00+09:00"),
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
    "schedule",
    [
        "WEEKLY",
        "LOOP",
        "Daily(HOUR)",
        "Daily(*AT)",
        'Daily("02:00", **OPTIONS)',
        'Daily("25:99")',
        "make()",
        "Every()",
    ],
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


@pytest.mark.parametrize(("enabled", "shown"), [("True", True), ("False", False), ("FLAG", True)])
def test_a_disabled_job_has_no_next_run(project: Project, enabled: str, shown: bool) -> None:
    entry = job(project, f'Daily("03:30"), enabled={enabled}')

    assert (entry.enabled, entry.next_run is not None) == (shown, shown)


PAYLOAD = """
class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")
    _hidden: int = 3
    known: ClassVar[int] = 4
    email: EmailStr

class Mail(Address):
    email: EmailStr | None = None
    copies: Annotated[int, Field(ge=1)] = 1
    tags: list[str] = Field(default_factory=list)
    note: str = Field("none", max_length=9)
    title: str = Field(max_length=9)
    kind: str = Field(default="x")

    def helper(self) -> None: ...
"""
FIELDS = [
    "email: EmailStr | None = None",
    "copies: Annotated[int, Field(ge=1)] = 1",
    "tags: list[str] = list()",
    "note: str = 'none'",
    "title: str",
    "kind: str = 'x'",
]


def parameters(project: Project, source: str) -> list[str] | None:
    add(project, "tasks/send.py", source)
    [task] = take_inventory(project, NOW).tasks
    return None if task.parameters is None else list(map(str, task.parameters))


def test_a_task_is_listed_with_the_fields_of_its_payload(project: Project) -> None:
    assert parameters(project, f'{PAYLOAD}TASK = Task(name="send", payload=Mail)') == FIELDS


@pytest.mark.parametrize(
    "imported",
    [
        "from ..modules.mails.schemas import Mail as Letter",
        "from shop.modules.mails.schemas import Mail as Letter",
        "from ..modules.mails import Mail as Letter",
    ],
)
def test_a_payload_is_found_where_it_comes_from(project: Project, imported: str) -> None:
    add(project, "modules/mails/__init__.py", "from .schemas import Address, Mail")
    add(project, "modules/mails/schemas.py", PAYLOAD)

    assert parameters(project, f"{imported}\nTASK = Task(payload=Letter)") == FIELDS


def test_a_payload_may_extend_one_of_another_file(project: Project) -> None:
    add(project, "modules/mails/schemas.py", PAYLOAD)
    source = "from ..modules.mails.schemas import Address\nclass Mail(Address):\n    copies: int\n"

    found = parameters(project, f"{source}TASK = Task(payload=Mail)")

    assert found == ["email: EmailStr", "copies: int"]


@pytest.mark.parametrize(
    "source",
    [
        "TASK = Task()",
        "TASK = Task(payload=schemas.Mail)",
        "from elsewhere import Mail\nTASK = Task(payload=Mail)",
        "from ..nowhere import Mail\nTASK = Task(payload=Mail)",
        "from .send import Mail\nTASK = Task(payload=Mail)",
    ],
)
def test_a_payload_that_cannot_be_read_is_not_made_up(project: Project, source: str) -> None:
    assert parameters(project, source) is None


def test_tasks_are_listed_with_the_routes_of_their_file(project: Project) -> None:
    source = """
TASK = Task(name="send")
router = APIRouter(prefix="/mail", tags=["mail"])
public = APIRouter(prefix="/public")
@router.post("/notify", status_code=202)
def notify(): ...
@router.get("")
async def read(): ...
@public.put("/all")
def all(): ...
@cache
@other.thing("/x")
def helper(): ...
"""
    add(project, "tasks/send.py", source)

    assert take_inventory(project, NOW).tasks == (
        TaskEntry(
            "send",
            ("POST /mail/notify", "GET /mail", "PUT /public/all"),
            None,
            "src/shop/tasks/send.py:2",
            guard="none",
        ),
    )


def test_modules_are_listed_with_the_routes_of_their_files(project: Project) -> None:
    add(project, "modules/payments/__init__.py", "")
    add(project, "modules/payments/router.py", '@router.post("/payments")\ndef pay(): ...\n')
    add(project, "modules/__pycache__/x.py", "")

    assert take_inventory(project, NOW).modules == (
        ModuleEntry("payments", ("POST /payments",), "src/shop/modules/payments", "none"),
    )


@pytest.mark.parametrize(
    ("dependencies", "guard"),
    [
        ("[ClientOnly]", "user"),
        ("[ClientOnly, Depends(other)]", "user"),
        ('[client_with("links:write")]', "links:write"),
        ('[client_with("a:b", "c:d")]', "a:b c:d"),
        ("[OpsWrite]", "ops"),
        ("[Depends(other)]", "none"),
    ],
)
def test_a_module_is_listed_with_its_guard(project: Project, dependencies: str, guard: str) -> None:
    router = f"router = Router(dependencies={dependencies})\n"
    add(project, "modules/links/router.py", f'{router}@router.get("/links")\ndef see(): ...\n')

    assert [module.guard for module in take_inventory(project, NOW).modules] == [guard]


def test_a_file_that_declares_nothing_is_not_listed(project: Project) -> None:
    add(project, "jobs/helpers.py", "JOBS = [Job()]\nJOB, X = 1, 2\n")

    assert take_inventory(project, NOW).jobs == ()


def test_a_file_that_is_not_python_is_named(project: Project) -> None:
    add(project, "jobs/report.py", "JOB = (\n")

    with pytest.raises(FastforgeError, match=r"report\.py:1 is not Python: '\(' was never closed"):
        take_inventory(project, NOW)
