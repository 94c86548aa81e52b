"""Parts in projects of three versions: each has what parts import in other places, or has it not.

`first` is the one that is kept in `tests/fixtures`, whole. Of the others there is only what parts
import: in `flat` it lies at the top of the package, in `rooms` in folders.
"""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.plan import merged
from fastforge.changes.staging import write_files
from fastforge.commands.app import app
from fastforge.parts.checks import part_checks
from fastforge.parts.places import places_of
from fastforge.project.project import read_project
from fastforge.project.record import record_of
from fastforge.render import Tree, render
from tests.conftest import files_of
from tests.old_project import OF_OLDER, PARTS, unpack_old_project

FLAT = {
    "background/__init__.py": "QUEUE_REFUSALS Accepted EnqueueDep RunContext Task",
    "background/models.py": "Run",
    "scheduling/__init__.py": "Crontab Daily Every Job Once",
    "database.py": "Base Database DatabaseDep ReadSessionDep SessionDep UtcDateTime taken",
    "discovery.py": "find_work",
    "main.py": "create_app",
    "settings.py": "Settings",
    "decimals.py": "JsonDecimal",
    "errors.py": "ConflictError NotFoundError UnavailableError",
    "keys.py": "HeaderKey",
    "refusals.py": "BODY_REFUSALS refusals",
    "security.py": "ClientOnly",
    **{f"{folder}/__init__.py": "" for folder in ("jobs", "modules", "tasks")},
}
ROOMS = {
    "background/__init__.py": "QUEUE_REFUSALS Accepted EnqueueDep RunContext Task "
    "Crontab Daily Every Job Once",
    "background/models.py": "Run",
    "database/__init__.py": FLAT["database.py"],
    "process/discovery.py": "find_work",
    "main.py": "create_app",
    "settings.py": "Settings",
    "values/decimals.py": "JsonDecimal",
    "values/keys.py": "HeaderKey",
    "web/errors.py": FLAT["errors.py"],
    "web/refusals.py": FLAT["refusals.py"],
    "web/security.py": "ClientOnly",
    **{f"{folder}/__init__.py": "" for folder in ("jobs", "modules", "tasks")},
}


def make(folder: Path, sources: dict[str, str]) -> Path:
    """Write a project that defines no more than parts import."""
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    tree = {
        f"src/shop/{path}": f"{' = '.join([*names.split(), 'None'])}\n".encode()
        for path, names in sources.items()
    }
    tree |= {"pyproject.toml": render("project", answers.context())["pyproject.toml"]}
    tree |= {"src/shop/migrations/versions/first_0001.py": b'revision = "0001"\n'}
    record = record_of("project", "shop", answers.as_dict(), tree)
    write_files(merged(tree, {record.path: record.content()}), folder / "shop")
    return folder / "shop"


MAKERS: dict[str, Callable[[Path], Path]] = {
    "first": unpack_old_project,
    "flat": lambda folder: make(folder, FLAT),
    "rooms": lambda folder: make(folder, ROOMS),
}


@pytest.fixture(params=MAKERS)
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of each version."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    return MAKERS[request.param](tmp_path)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project that an older version made, with its parts."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return unpack_old_project(tmp_path)


def run(shop: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "-C", str(shop)])


def add(shop: Path, *words: str) -> str:
    done = run(shop, *words, "--no-verify", "--yes")
    assert done.exit_code == 0, (words, done.exception)
    return done.output


def test_each_part_can_be_added_is_clean_and_can_be_removed(shop: Path) -> None:
    before = files_of(shop)

    for words in OF_OLDER:
        add(shop, *words)

    after = files_of(shop)
    assert {path: after[path] for path in before} == before
    for words in (("check", "--output-format=concise"), ("format", "--diff")):
        made = [path for path in after.keys() - before.keys() if path.endswith(".py")]
        assert ruff(shop, *words, *made) == ""
    for words in reversed(OF_OLDER):
        assert run(shop, words[0].replace("add", "remove"), words[1]).exit_code == 0
    assert files_of(shop) == before


def ruff(shop: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache"]
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


LATER = {
    "CallerDep": "web.security",
    "Paging": "web.paging",
    "tagged": "web.etags",
    "require_match": "web.etags",
    "LEFT_OUT": "values.left_out",
}
"""Where the newest projects have what older ones have not."""


@pytest.mark.parametrize("words", [words for words in PARTS if words[0] == "add-module"])
def test_a_module_needs_an_update_first(shop: Path, words: tuple[str, ...]) -> None:
    before = files_of(shop)

    refused = run(shop, *words, "--no-verify", "--yes").exception

    assert re.match(r"This project has no `\w+` in src/shop/(web|values)/\w+\.py", str(refused))
    assert "`fastforge update`" in str(getattr(refused, "hint", ""))
    assert files_of(shop) == before


def test_a_name_is_imported_from_where_the_project_has_it(tmp_path: Path) -> None:
    places = {kind: places_of(read_project(MAKERS[kind](tmp_path / kind))) for kind in MAKERS}

    assert places["rooms"] == {
        "Job": "background",
        "NotFoundError": "web.errors",
        "refusals": "web.refusals",
        "ClientOnly": "web.security",
        "client_with": "web.security",
        "OpsWrite": "web.security",
        "Enqueue": "",
        "HeaderKey": "values.keys",
        "JsonDecimal": "values.decimals",
        "taken": "database",
        "find_work": "process.discovery",
        **LATER,
    }
    assert places["flat"] == {
        "Job": "scheduling",
        "NotFoundError": "errors",
        "refusals": "refusals",
        "ClientOnly": "security",
        "client_with": "security",
        "OpsWrite": "security",
        "Enqueue": "",
        "HeaderKey": "keys",
        "JsonDecimal": "decimals",
        "taken": "database",
        "find_work": "discovery",
        **LATER,
    }
    lacks = ("ClientOnly", "HeaderKey", "JsonDecimal", "taken")
    assert places["first"] == places["flat"] | dict.fromkeys(lacks, "")


NEWER = (
    ("--no-route", ("add-task", "mail", "--no-route")),
    ("--guard ops", ("add-task", "mail", "--guard", "ops")),
    ("--delay", ("add-task", "mail", "--delay", "10m")),
    ("--priority and --rate-limit", ("add-task", "mail", "--priority=1", "--rate-limit=1/day")),
    ("--queues", ("add-job", "mails", "--daily", "03:30", "--queues", "rebuild_index")),
)


@pytest.mark.parametrize(("option", "words"), NEWER)
def test_what_the_background_work_of_an_older_project_cannot_do_is_refused(
    shop: Path, option: str, words: tuple[str, ...]
) -> None:
    add(shop, "add-task", "rebuild_index")
    before = files_of(shop)

    done = run(shop, *words, "--no-verify", "--yes")

    refused = f"{option} cannot be in this project: there is no `Enqueue` in src/shop/background."
    assert str(done.exception).startswith(refused)
    assert getattr(done.exception, "exit_code", None) == 2
    assert files_of(shop) == before


def test_a_job_of_an_older_project_does_not_say_how_a_task_is_queued(shop: Path) -> None:
    add(shop, "add-job", "report", "--daily", "03:30")

    assert "context.enqueue" not in (shop / "src/shop/jobs/report.py").read_text()


def test_the_tests_of_a_part_name_the_wait_of_a_retry_as_the_project_does(shop: Path) -> None:
    add(shop, "add-job", "report", "--daily", "03:30")
    add(shop, "add-task", "send_bill")

    for test in ("jobs/test_report.py", "tasks/test_send_bill.py"):
        assert " backoff=timedelta(0)," in (shop / "tests" / test).read_text()


def test_a_part_does_without_what_the_first_projects_lack_and_says_so(old: Path) -> None:
    before = files_of(old)

    said = [add(old, *words) for words in OF_OLDER]

    after = files_of(old)
    text = b"".join(after[path] for path in after.keys() - before.keys()).decode()
    assert re.findall(r"\b(ClientOnly|JsonDecimal)", text) == []
    assert "total: Annotated[Decimal, Field(ge=0)]" in map(str.strip, text.splitlines())
    unguarded = ["have no guard" in output for output in said]
    assert unguarded == [words[0] != "add-job" for words in OF_OLDER]


def test_a_guard_of_the_owners_own_is_used(old: Path) -> None:
    security = old / "src/shop/security.py"
    security.write_text(f"{security.read_text()}\n\nClientOnly = Depends(guard_write)\n")

    said = add(old, "add-task", "send_bill")

    assert "have no guard" not in said
    task = (old / "src/shop/tasks/send_bill.py").read_text()
    assert "from ..security import ClientOnly" in task
    assert "dependencies=[ClientOnly]" in task


@pytest.mark.parametrize(("sources", "file"), [(FLAT, "security.py"), (ROOMS, "web/security.py")])
def test_a_later_project_is_given_no_route_without_a_guard(
    tmp_path: Path, sources: dict[str, str], file: str
) -> None:
    shop = make(tmp_path, {**sources, file: "Another"})

    done = run(shop, "add-task", "send_bill", "--no-verify", "--yes")

    assert f"no `ClientOnly` in src/shop/{file}, which" in str(done.exception)


def test_a_project_that_knows_no_scopes_is_given_no_route_for_one(shop: Path) -> None:
    before = files_of(shop)

    done = run(shop, "add-task", "send_bill", "--guard", "bills:send", "--no-verify", "--yes")

    assert "no `client_with` in src/shop/" in str(done.exception)
    assert files_of(shop) == before


@pytest.mark.parametrize("name", ["runs", "apscheduler_jobs", "paused_jobs"])
def test_a_module_is_not_given_a_table_that_there_is(old: Path, name: str) -> None:
    assert "table" in str(run(old, "add-module", name, "--no-verify", "--yes").exception)


def test_a_new_part_is_checked_with_the_tests_of_the_older_version(old: Path) -> None:
    sources = ["migrations/versions/create_boxes.py", "tests/modules/boxes/test_router.py"]

    [tests, *_] = part_checks(read_project(old), sources)

    assert (
        tests.command == f"uv run pytest {sources[1]} tests/test_discovery.py tests/test_schema.py"
    )


def test_a_module_is_not_given_a_table_of_the_rooms(tmp_path: Path) -> None:
    shop = make(tmp_path, ROOMS)
    models = shop / "src/shop/background/models.py"
    models.write_text('class Run(Base):\n    __tablename__ = "background_runs"\n')

    refused = run(shop, "add-module", "background_runs", "--no-verify", "--yes")

    assert "src/shop/background/models.py has a table" in str(refused.exception)


def test_the_parts_of_the_older_version_are_listed(old: Path) -> None:
    listed = json.loads(run(old, "list", "--json").output)
    text = run(old, "list").output

    assert {kind: [part["name"] for part in listed[kind]] for kind in listed} == {
        "modules": ["notifications", "parcels", "payments", "products"],
        "jobs": ["database_backup", "tidy_up"],
        "tasks": ["send_email", "send_invoice"],
    }
    assert [job["schedule"] for job in listed["jobs"]] == [
        *("daily at 03:30 UTC", "at 04:00 on Monday through Friday, Europe/Berlin")
    ]
    assert "    total: Annotated[Decimal, Field(ge=0)]\n" in text
    assert "    POST /parcels/{parcel_id}/publish\n" in text


OWN = (
    ("remove-job", "tidy_up"),
    ("remove-task", "send_invoice"),
    ("remove-module", "parcels"),
    ("remove-module", "products"),
)


def test_the_parts_of_the_older_version_leave_nothing(old: Path) -> None:
    before = files_of(old)

    for words in OWN:
        assert run(old, *words).exit_code == 0

    made = {".fastforge/project.yml", *read_project(old).record.digests}
    assert files_of(old) == {path: before[path] for path in made}


def test_a_table_of_the_older_version_that_was_made_is_dropped_beside_its_revision(
    old: Path,
) -> None:
    [made] = (old / "migrations/versions").glob("create_parcels_*.py")
    revision = made.stem.removeprefix("create_parcels_")
    with closing(sqlite3.connect(old / "shop.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))

    assert "may be in use" in str(run(old, "remove-module", "parcels").exception)
    assert run(old, "remove-module", "parcels", "--yes").exit_code == 0

    [dropping] = (old / "migrations/versions").glob("drop_parcels_*.py")
    assert f'down_revision: str | Sequence[str] | None = "{revision}"' in dropping.read_text()
    assert made.is_file()


EXAMPLES = {
    ("remove-job", "database_backup"): {
        *("src/shop/jobs/_dump.py", "src/shop/jobs/database_backup.py"),
        *("tests/jobs/test_database_backup.py", "tests/jobs/test_dump.py"),
    },
    ("remove-task", "send_email"): {
        *(f"src/shop/modules/notifications/{name}.py" for name in ("__init__", "router")),
        *(f"src/shop/modules/notifications/{name}.py" for name in ("schemas", "service")),
        *(f"tests/modules/notifications/test_{name}.py" for name in ("router", "schemas")),
        *("tests/modules/notifications/test_service.py", "tests/tasks/conftest.py"),
        *("src/shop/tasks/send_email.py", "tests/tasks/test_mail_settings.py"),
        *("tests/tasks/test_send_email.py", "tests/tasks/test_send_email_securely.py"),
    },
}


@pytest.mark.parametrize(("words", "files"), EXAMPLES.items())
def test_an_example_of_the_older_version_is_removed_and_no_machinery(
    old: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str], files: set[str]
) -> None:
    before = files_of(old)

    def render_elsewhere(*given: Any) -> Tree:
        """Give a project whose machinery has been moved."""
        return {f"elsewhere/{path}": content for path, content in render(*given).items()}

    monkeypatch.setattr("fastforge.parts.examples.render", render_elsewhere)
    assert run(old, *words).exit_code == 0

    assert before.keys() - files_of(old).keys() == files
