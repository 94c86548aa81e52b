"""The tests that came with a part stay green when its owner edits the part in an ordinary way."""

import re
import subprocess
from pathlib import Path

import pytest

from fastforge.environment.uv import child_environment, program
from tests.e2e.conftest import Installed
from tests.environments import copy_project

pytestmark = pytest.mark.e2e

PARTS = (
    ("add-job", "report", "--daily", "03:30", "--timezone", "Europe/Berlin"),
    ("add-job", "invoices", "--cron", "30 2 1 * 1-5", "--timezone", "America/New_York"),
    ("add-job", "move_house", "--at", "2099-12-01T09:00", "--idempotent"),
    (
        *("add-task", "send_invoice", "--param", "email:EmailStr", "--param", "copies:int>=1<=9=1"),
        *("--param", "amount:Decimal>0", "--param", "due_on:date"),
        *("--param", "tags:list[str{1,8}]{,3}=[]", "--param", "note:str{1,80}|None=None"),
    ),
    (
        *("add-task", "send_note", "--no-route", "--param", "email:EmailStr"),
        *("--priority", "-5", "--rate-limit", "100/minute"),
    ),
    ("add-task", "remind", "--guard", "ops", "--delay", "10m"),
    ("add-job", "nightly_note", "--daily", "03:30", "--queues", "send_note"),
    (
        *("add-module", "products", "--gateway", "--field", "name:str{1,80}"),
        *("--field", "sku:str{3,20},unique", "--field", "price:Decimal>=0,index"),
        *("--field", "stock:int=0", "--field", "sold_at:datetime"),
        *("--filter", "stock>=,stock<=,sku", "--sort", "name,stock", "--search", "name"),
    ),
    (
        *("add-module", "reviews", "--owned", "--field", "product:->products,cascade"),
        *("--field", "stars:enum(poor,fair,good)=fair", "--field", "title:str{1,80},unique"),
        *("--field", "photo:file{,5MB}", "--filter", "stars", "--sort", "title"),
        *("--search", "title"),
    ),
)
NOTE, REMIND, NIGHTLY = "tasks/send_note.py", "tasks/remind.py", "jobs/nightly_note.py"
REPORT, INVOICES, MOVE = "jobs/report.py", "jobs/invoices.py", "jobs/move_house.py"
TASK, PRODUCTS, REVIEWS = "tasks/send_invoice.py", "modules/products", "modules/reviews"


Pairs = tuple[tuple[str, str], ...]


def edit(name: str, path: str, *pairs: tuple[str, str]) -> tuple[str, str, Pairs]:
    """Name an edit of a file: regular expressions, and what takes the place of what they find."""
    return name, path, pairs


DAILY = r'Daily\("03:30", timezone="Europe/Berlin"\)'
EDITS = (
    edit("another time and zone", REPORT, ('"03:30"', '"22:15"'), ("Europe/Berlin", "Asia/Tokyo")),
    edit(
        "another kind of schedule",
        *(REPORT, (DAILY, 'Crontab("*/5 8-18 * * mon-fri")'), ("import Daily", "import Crontab")),
    ),
    edit(
        "an interval",
        *(REPORT, (DAILY, "Every(timedelta(hours=7))"), ("import Daily", "import Every")),
    ),
    edit(
        "other rules",
        REPORT,
        (
            r"timeout=timedelta\(minutes=10\)",
            "timeout=timedelta(hours=1), retries=5, idempotent=True, coalesce=False",
        ),
    ),
    edit(
        "the work is written", REPORT, (r"    logger\.info.*?\)\n", "    assert context.database\n")
    ),
    edit("an alias", INVOICES, (r"30 2 1 \* 1-5", "@monthly")),
    edit("a moment that is over", MOVE, ("2099-12-01", "2020-12-01")),
    edit("a field is renamed", TASK, ("email: EmailStr", "to: EmailStr")),
    edit("a field is removed", TASK, ("    due_on: date\n", "")),
    edit(
        "fields are added",
        TASK,
        ("    email", "    urgent: bool\n    level: Literal['low', 'high']\n    email"),
        ("import logging\n", "import logging\nfrom typing import Literal\n"),
    ),
    edit("other bounds", TASK, ("ge=1, le=9", "ge=100, le=200"), (r"\)\] = 1\n", ")] = 150\n")),
    edit("other lengths", TASK, ("max_length=8", "max_length=300"), ("gt=0", "gt=10, lt=11")),
    edit(
        "another route and other limits",
        TASK,
        ('"/send-invoice"', '"/invoices/send"'),
        *(("max_concurrency=5", "max_concurrency=1"), ("retries=3", "retries=0")),
        (r"DESCRIPTION = .*?\n", 'DESCRIPTION = "Sends."\n'),
    ),
    edit("the task is written", TASK, (r"    logger\.info.*?\n\n", "    assert payload.email\n\n")),
    edit(
        "other limits",
        NOTE,
        ("100/minute", "1/day"),
        ("priority=-5", "priority=7"),
        ("retries=3", "retries=0"),
    ),
    edit("no priority", NOTE, ("    priority=-5,\n", "")),
    edit("another delay", REMIND, (r"timedelta\(minutes=10\)", "timedelta(days=30)")),
    edit("another payload", NIGHTLY, ("ada@example.com", "bob@example.org")),
    edit(
        "other bounds and defaults",
        f"{PRODUCTS}/schemas.py",
        *(("max_length=80", "max_length=70"), ("min_length=3", "min_length=10")),
        *(("ge=0", "ge=5"), ("stock: Int64 = 0", "stock: Int64 = 3")),
    ),
    edit("no default", f"{PRODUCTS}/schemas.py", ("stock: Int64 = 0", "stock: Int64")),
    edit("another path", f"{PRODUCTS}/router.py", ('"/products"', '"/goods"')),
    edit(
        "other pages",
        f"{PRODUCTS}/schemas.py",
        (r"(Query\(Paging\):\n.*?\n\n)", r"\1    limit: int = Field(default=10, ge=1, le=50)\n"),
        (r"\bsort: .*?\n    stock", 'sort: Literal["-created_at"] = "-created_at"\n    stock'),
    ),
    edit(
        "other words",
        f"{PRODUCTS}/service.py",
        *(("no product", "there is no such product"), ("another product has this", "taken:")),
    ),
    edit(
        "another gateway",
        f"{PRODUCTS}/gateway.py",
        *(("RETRY_AFTER_SECONDS = 30", "RETRY_AFTER_SECONDS = 60"), ("ONCE = 10", "ONCE = 4")),
    ),
    edit(
        "a scope",
        f"{PRODUCTS}/router.py",
        *(("import ClientOnly", "import client_with"), (r"\[ClientOnly\]", '[client_with("buy")]')),
    ),
    edit(
        "other paths and another limit of a file",
        f"{REVIEWS}/router.py",
        *(("/products/{product_id}/reviews", "/goods/{product_id}/opinions"), ("5_000", "7_000")),
        *(('prefix="/reviews"', 'prefix="/opinions"'), ('/photo"', '/image"')),
    ),
    edit(
        "another default and length",
        f"{REVIEWS}/schemas.py",
        *(("FAIR", "GOOD"), ("max_length=80", "max_length=60")),
    ),
)
USUAL = ("another kind of schedule", "fields are added")


MORE = pytest.mark.exhaustive("one more edit of a part")


@pytest.fixture(scope="module")
def edited(shop: Path, installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a part of each kind, to edit."""
    project = tmp_path_factory.mktemp("edits") / "shop"
    copy_project(shop, project)
    for words in PARTS:
        ran = installed(*words, "--no-verify", cwd=project)
        assert ran.code == 0, ran.err
    return project


@pytest.mark.parametrize(
    ("path", "pairs"),
    [
        pytest.param(path, pairs, id=name, marks=[] if name in USUAL else MORE)
        for name, path, pairs in EDITS
    ],
)
def test_the_tests_of_a_part_pass_after_an_edit(edited: Path, path: str, pairs: Pairs) -> None:
    source = edited / "src/shop" / path
    original = changed = source.read_text()
    for old, new in pairs:
        before, changed = changed, re.sub(old, new, changed, flags=re.DOTALL)
        assert changed != before, old
    kind, name = path.split("/")[:2]
    tests = f"tests/{kind}/{name}" if kind == "modules" else f"tests/{kind}/test_{name}"
    source.write_text(changed)

    done = subprocess.run(
        [program(edited, "python"), "-m", "pytest", "-q", tests],
        cwd=edited,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    source.write_text(original)

    assert done.returncode == 0, done.stdout
