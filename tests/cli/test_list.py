"""`fastforge list`, as a person and as a program read it."""

import json
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.staging import write_files
from fastforge.project.record import record_of
from tests.conftest import Fastforge

FILES = {
    "modules/__init__.py": "",
    "modules/carts/router.py": """
from fastapi import APIRouter
router = APIRouter(prefix="/carts")
@router.get("")
def read(): ...
@router.delete("/{cart_id}")
def delete(): ...
""",
    "jobs/__init__.py": "",
    "jobs/report.py": 'JOB = Job(name="report", schedule=Once(datetime(2999, 1, 1, tzinfo=UTC)))',
    "jobs/mails.py": """
from ..tasks import other
from ..tasks.mail import TASK
from ..tasks.mail import Mail
JOB = Job(name="mails", schedule=elsewhere())
""",
    "jobs/rest.py": 'JOB = Job(name="rest", schedule=Daily("03:30"), enabled=False)',
    "tasks/__init__.py": "",
    "tasks/mail.py": """
router = APIRouter(dependencies=[OpsWrite])
class Mail(BaseModel):
    to: EmailStr
    copies: int = 1
TASK = Task(name="mail", payload=Mail, priority=-5, rate_limit="100/minute")
@router.post("/mail")
def queue(): ...
""",
    "tasks/other.py": 'TASK = Task(name="other", payload=elsewhere.Other)',
}
TABLES = """\
modules
  carts  src/store/modules/carts
    GET /carts
    DELETE /carts/{cart_id}
    guard none
jobs
  mails   elsewhere()                     -                              src/store/jobs/mails.py:5
    queues other
    queues mail
  report  once at 2999-01-01 00:00+00:00  Tue 2999-01-01 00:00:00+00:00  src/store/jobs/report.py:1
  rest    daily at 03:30 UTC              disabled                       src/store/jobs/rest.py:1
tasks
  mail   src/store/tasks/mail.py:6
    POST /mail
    guard ops
    priority -5
    rate limit 100/minute
    to: EmailStr
    copies: int = 1
  other  src/store/tasks/other.py:1
    no route
    parameters: see its payload
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """As much of a project as is read, with a package that its user renamed."""
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    record = record_of("project", "shop", answers.as_dict(), {})
    named = b'[tool.uv.build-backend]\nmodule-name = "store"\n'
    sources = {f"src/store/{path}": text.encode() for path, text in FILES.items()}
    write_files({**sources, "pyproject.toml": named, record.path: record.content()}, tmp_path)
    return tmp_path


def test_a_person_sees_routes_schedules_and_parameters(shop: Path, fastforge: Fastforge) -> None:
    ran = fastforge("list", cwd=shop / "src")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == TABLES


def test_a_program_gets_the_same(shop: Path, fastforge: Fastforge) -> None:
    found = json.loads(fastforge("list", "--json", cwd=shop).out)

    [cart], [mails, report, rest], [mail, other] = (
        found[kind] for kind in ("modules", "jobs", "tasks")
    )
    assert cart["routes"] == ["GET /carts", "DELETE /carts/{cart_id}"]
    assert (report["next_run"], report["enabled"]) == ("2999-01-01T00:00:00+00:00", True)
    assert (rest["next_run"], rest["enabled"]) == (None, False)
    assert mail["parameters"] == [
        {"name": "to", "type": "EmailStr", "default": None},
        {"name": "copies", "type": "int", "default": "1"},
    ]
    assert other["parameters"] is None
    assert (mails["queues"], rest["queues"]) == (["other", "mail"], [])
    rules = ("guard", "priority", "rate_limit")
    assert [mail[rule] for rule in rules] == ["ops", "-5", "100/minute"]
    assert [other[rule] for rule in rules] == [None, None, None]
