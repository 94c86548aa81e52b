"""`add-job`, `add-task` and their undo, without an environment: what they write and say."""

import json
import re
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.opening import open_project
from fastforge.changes.plan import merged
from fastforge.changes.staging import write_files
from fastforge.parts.jobs import job
from fastforge.parts.part import prepare
from fastforge.project.record import record_of
from fastforge.render import render
from tests.conftest import Fastforge, Ran, files_of

WEEKDAYS = ("--cron", "30 2 * * 1-5", "--timezone", "Europe/Berlin")
JOB = ("add-job", "nightly_report", *WEEKDAYS, "--no-verify")
TASK = ("add-task", "send_invoice", "--param", "email:EmailStr", "--no-verify")
DAILY = ("add-job", "report", "--daily", "03:30")
NOTE = ("--param", "email:EmailStr", "--param", "copies:int>=2<=9", "--param", "text:str=hello")
NEXT = "Next: put the work where src/shop/{0}/{1}.py says REPLACE, then in tests/{0}/test_{1}.py."
AGAIN = "Again without questions: fastforge "
JOB_FILES = {
    ".fastforge/jobs/nightly_report.yml",
    "src/shop/jobs/nightly_report.py",
    "tests/jobs/test_nightly_report.py",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project without an environment."""
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    tree = render("project", answers.context())
    record = record_of("project", "shop", answers.as_dict(), tree)
    write_files(merged(tree, {record.path: record.content()}), tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def run(fastforge: Fastforge, shop: Path) -> Fastforge:
    """Run the command in the project."""

    def run(*arguments: str, cwd: Path = shop) -> Ran:
        return fastforge(*arguments, cwd=cwd)

    return run


def test_a_job_is_added_and_its_due_times_are_told(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    ran = run(*JOB)

    words, *fires = ran.out.splitlines()[:6]
    assert (ran.code, ran.err) == (0, "")
    assert words == "at 02:30 on Monday through Friday, Europe/Berlin"
    shape = r"  (Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d 02:30:00\+0[12]:00"
    assert all(re.fullmatch(shape, fire) for fire in fires)
    assert ran.out.splitlines()[6:] == [
        *(f"create  {path}" for path in sorted(JOB_FILES)),
        NEXT.format("jobs", "nightly_report"),
        f"{AGAIN}add-job nightly_report --cron '30 2 * * 1-5' --timezone Europe/Berlin",
        "Undo: fastforge remove-job nightly_report",
    ]
    after = files_of(shop)
    assert after.keys() - before.keys() == JOB_FILES
    assert {path: after[path] for path in before} == before
    test = after["tests/jobs/test_nightly_report.py"].decode()
    assert not [fire for fire in fires if fire[6:].replace(" ", "T") in test]  # the job says it


@pytest.mark.parametrize("flags", [[], ["--idempotent"], ["--no-idempotent"]])
def test_a_job_is_repeated_only_by_choice(run: Fastforge, shop: Path, flags: list[str]) -> None:
    facts = json.loads(run(*JOB, *flags, "--json").out)

    chosen = flags == ["--idempotent"]
    source = (shop / "src/shop/jobs/nightly_report.py").read_text()
    test = (shop / "tests/jobs/test_nightly_report.py").read_text()
    assert facts["answers"]["idempotent"] is chosen
    assert facts["command"].endswith(" --idempotent") is chosen
    assert ("    idempotent=True,\n" in source) is chosen  # else it is as usual, and not said
    assert "idempotent=False" not in source
    assert ("must change nothing more" in source) is chosen
    assert ("def test_a_second_run_for_the_same_due_time" in test) is chosen


MODULE = ("add-module", "books", "--field", "price:Decimal", "--no-verify")


@pytest.mark.parametrize(
    ("command", "file", "name"),
    [
        (TASK, "src/shop/web/security.py", "ClientOnly"),
        (MODULE, "src/shop/web/security.py", "ClientOnly"),
        (MODULE, "src/shop/values/decimals.py", "JsonDecimal"),
        (JOB, "src/shop/background/__init__.py", "Job"),
    ],
)
def test_a_project_of_another_version_is_not_given_what_it_cannot_import(
    run: Fastforge, shop: Path, command: tuple[str, ...], file: str, name: str
) -> None:
    path = shop / file
    path.write_text(path.read_text().replace(name, "Another"))
    before = files_of(shop)

    ran = run(*command)

    assert ran.code == 2
    assert f"no `{name}` in {file.removesuffix('/__init__.py')}, which" in ran.err
    assert files_of(shop) == before


def test_a_part_may_import_what_the_project_defines_in_its_own_way(
    run: Fastforge, shop: Path
) -> None:
    security = shop / "src/shop/web/security.py"
    keys = security.with_name("security_of_ours.py")
    keys.write_text(security.read_text())

    for text in ("from .security_of_ours import *\n", "def __getattr__(name): ...\n"):
        security.write_text(text)
        assert run(*TASK, "--dry-run").code == 0
    security.unlink()
    keys.rename(shop / "src/shop/web/security")  # no package, and no module
    assert run(*TASK, "--dry-run").code == 2


def test_a_task_is_added_with_its_route(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    ran = run(*TASK, "--param", "copies:int>=1<=10=1")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "POST /send-invoice",
        "  email:EmailStr",
        "  copies:int>=1<=10=1",
        "create  .fastforge/tasks/send_invoice.yml",
        "create  src/shop/tasks/send_invoice.py",
        "create  tests/tasks/test_send_invoice.py",
        NEXT.format("tasks", "send_invoice"),
        f"{AGAIN}add-task send_invoice --param email:EmailStr --param 'copies:int>=1<=10=1'",
        "Undo: fastforge remove-task send_invoice",
    ]
    after = files_of(shop)
    assert {path: after[path] for path in before} == before


@pytest.mark.parametrize("command", [JOB, TASK])
def test_the_same_command_again_changes_nothing(
    run: Fastforge, shop: Path, command: tuple[str, ...]
) -> None:
    run(*command)
    before = files_of(shop)

    ran = run(*command)

    assert ran.code == 0
    assert len(re.findall("^unchanged  ", ran.out, re.MULTILINE)) == 3
    assert files_of(shop) == before


@pytest.mark.parametrize("command", [JOB, TASK])
def test_other_answers_for_a_part_that_is_there_are_refused(
    run: Fastforge, shop: Path, command: tuple[str, ...]
) -> None:
    run(*command)
    before = files_of(shop)

    ran = run(*command, "--retries", "7")

    assert ran.code == 3
    assert "would be overwritten" in ran.err
    assert f"fastforge remove-{command[0][4:]} {command[1]}" in ran.err
    assert files_of(shop) == before


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
@pytest.mark.parametrize("command", [JOB, TASK])
def test_what_would_be_written_is_shown_and_nothing_is_written(
    run: Fastforge, shop: Path, command: tuple[str, ...], option: str
) -> None:
    before = files_of(shop)

    ran = run(*command, option)

    source = f"src/shop/{command[0][4:]}s/{command[1]}.py"
    assert ran.code == 0
    assert (f"create  {source}" if option == "--dry-run" else f"+++ b/{source}") in ran.out
    assert files_of(shop) == before


def test_json_gives_the_facts_on_stdout_alone(run: Fastforge, shop: Path) -> None:
    ran = run(*JOB, "--json")

    facts = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert facts["project"] == str(shop)
    assert (facts["kind"], facts["name"]) == ("job", "nightly_report")
    assert facts["answers"]["schedule"] == "30 2 * * 1-5"
    assert {file["path"] for file in facts["files"]} == JOB_FILES
    assert len(facts["fires"]) == 5
    assert facts["warnings"] == []
    assert facts["verification"] is None


@pytest.mark.parametrize(
    ("schedule", "warning"),
    [
        (["--cron", "0 0 31 * *"], "There is no day 31 in"),
        (["--cron", "0 0 13 * 5"], "Both day fields are restricted"),
        (["--cron", "*/7 * * * *"], "starts anew each hour"),
        (["--daily", "02:30", "--timezone", "Europe/Berlin"], "There is no 02:30 in Europe/Berlin"),
        (["--every", "30s", "--timeout", "5m"], "due every 30s but a run may take 5m: a due time"),
        (["--every", "30s", "--timeout", "5m", "--max-instances", "3"], "up to 3 runs go on"),
    ],
)
def test_what_people_trip_over_is_said(run: Fastforge, schedule: list[str], warning: str) -> None:
    ran = run("add-job", "report", *schedule, "--dry-run")

    assert ran.code == 0
    assert warning in ran.err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["add-job"], "Missing: name, schedule; there is no terminal"),
        (["add-job", "report"], "fastforge add-job report --daily 03:30"),
        (["add-job", "--async", "--yes"], "add-job --async nightly_report --daily 03:30"),
        (
            ["add-task", "--param", "a:int"],
            "fastforge add-task --param a:int send_invoice",
        ),
        (["add-job", "--daily", "03:30"], "Missing: name;"),
        (["add-job", "report", "--daily", "3", "--every", "1d"], "exactly one of"),
        (["add-job", "report", "--daily", "25:00"], "The schedule '25:00' is refused"),
        (["add-job", "report", "--at", "2020-01-01T00:00"], "that moment is over"),
        (["add-job", "report", "--cron", "0 0 31 2 *"], "is refused"),
        (["add-job", "report", "--cron", f"{','.join(map(str, range(60)))} 0 * * *"], "the most"),
        (["add-job", "report", "--daily", "03:30", "--timezone", "Mars/X"], "Mars/X"),
        (["add-job", "report", "--daily", "03:30", "--timeout", "0s"], "--timeout '0s'"),
        (["add-job", "report", "--daily", "03:30", "--jitter", "soon"], "--jitter 'soon'"),
        (["add-job", "report", "--daily", "03:30", "--retries", "-1"], "--retries -1"),
        (["add-job", "report", "--daily", "03:30", "--max-instances", "0"], "--max-instances 0"),
        (["add-job", "report", "--daily", "03:30", "--description", " "], "description is empty"),
        (["add-job", "class", "--daily", "03:30"], "is a word of the Python language"),
        (["add-job", "test", "--daily", "03:30"], "standard library"),
        (["add-job", "__init__", "--daily", "03:30"], "is not made of"),
        (["add-job", "pytest", "--daily", "03:30"], "calls something else"),
        (["add-task", "print"], "The task name `print` is a builtin of Python."),
        (["add-job", "send_email", "--daily", "03:30"], "src/shop/tasks/send_email.py has the"),
        (["add-task"], "fastforge add-task send_invoice --param"),
        (["add-task", "database_backup"], "src/shop/jobs/database_backup.py has the name"),
        (["add-task", "mail", "--param", "a:int", "--param", "a:str"], "Two parameters"),
        (["add-task", "mail", "--param", "payload:int"], "calls something else"),
        (["add-task", "mail", "--param", "a:int=x"], "does not fit"),
        (["add-task", "mail", "--route", "/notify"], "modules/notifications/router.py has the"),
        (["add-task", "mail", "--route", "/metrics"], "The service itself answers at /metrics"),
        (["add-task", "mail", "--route", "/health/x"], "The service itself answers at /health"),
        (["add-task", "mail", "--route", "/docs"], "The service itself answers at /docs"),
        (["add-task", "mail", "--route", "/a/{b}"], "has braces"),
        (["add-task", "mail", "--route", "mail"], "is not made of"),
        (["add-task", "mail", "--route", f"/{'a' * 60}"], "61 characters"),
        (["add-task", "mail", "--max-concurrency", "0"], "--max-concurrency 0"),
        (["add-task", "mail", "--priority", "1001"], "--priority 1001 is not between -1000 and"),
        (["add-task", "mail", "--rate-limit", "0/minute"], "--rate-limit '0/minute' is not a"),
        (["add-task", "mail", "--rate-limit", "9/week"], "Write it like 10/second, 100/minute"),
        (["add-task", "mail", "--delay", "0s"], "--delay '0s' is not between 1s and"),
        (["add-task", "mail", "--delay", "soon"], "--delay 'soon' is no length of time"),
        (["add-task", "mail", "--guard", "admin"], "--guard 'admin' is none of user, ops, none,"),
        (["add-task", "mail", "--no-route", "--route", "/a"], "no endpoint, so --route says noth"),
        (["add-task", "mail", "--no-route", "--guard", "ops"], "so --guard says nothing"),
        (["add-task", "mail", "--no-route", "--delay", "1m"], "so --delay says nothing"),
        ([*DAILY, "--queues", "send_mail"], "--queues 'send_mail': this project has no such task"),
        ([*DAILY, "--queues", "send_mail"], "There are: post_alert, send_email. Another:"),
        ([*DAILY, "--queues", "../settings"], "has no such task"),
        (["remove-job", "nothing"], "There is no job 'nothing' that fastforge added"),
        (["remove-job", "../project"], "There is no job"),
        (["remove-task", "send_sms"], "There is no task 'send_sms'"),
    ],
)
def test_what_cannot_be_is_refused(
    run: Fastforge, shop: Path, arguments: list[str], problem: str
) -> None:
    before = files_of(shop)

    ran = run(*arguments)

    assert ran.code == 2
    assert problem in ran.err
    assert ran.out == ""
    assert files_of(shop) == before


LIMITS = ("--priority", "-5", "--rate-limit", "100/minute")


def test_a_task_without_a_route_has_no_endpoint(run: Fastforge, shop: Path) -> None:
    ran = run("add-task", "send_note", "--no-route", *LIMITS, "--no-verify")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:3] == ["no route", "  priority -5", "  rate limit 100/minute"]
    assert f"{AGAIN}add-task send_note --no-route --priority -5 --rate-limit 100/minute" in ran.out
    source = (shop / "src/shop/tasks/send_note.py").read_text()
    assert "router" not in source
    assert '    rate_limit="100/minute",\n    priority=-5,\n' in source
    assert "Enqueue.within(session)" in (shop / "tests/tasks/test_send_note.py").read_text()
    [task] = [t for t in json.loads(run("list", "--json").out)["tasks"] if t["name"] == "send_note"]
    found = (task["routes"], task["guard"], task["priority"], task["rate_limit"])
    assert found == ([], None, "-5", "100/minute")


@pytest.mark.parametrize(
    ("guard", "imported", "notes"),
    [
        ("user", "[ClientOnly]", ""),
        ("ops", "[OpsWrite]", ""),
        ("notes:read", '[client_with("notes:read")]', ""),
        ("none", None, "have no guard: whoever"),
    ],
)
def test_a_route_has_the_guard_and_the_delay_that_were_chosen(
    run: Fastforge, shop: Path, guard: str, imported: str | None, notes: str
) -> None:
    ran = run("add-task", "remind", "--guard", guard, "--delay", "90s", "--no-verify", "--json")

    facts = json.loads(ran.out)
    assert (facts["answers"]["guard"], facts["answers"]["delay"]) == (guard, "1m30s")
    words = [] if guard == "user" else ["--guard", guard]
    assert facts["command"] == " ".join(["fastforge add-task remind", *words, "--delay 1m30s"])
    source = (shop / "src/shop/tasks/remind.py").read_text()
    assert "return enqueue(TASK, payload, delay=DELAY)" in source
    assert "DELAY = timedelta(minutes=1, seconds=30)\n" in source
    found = re.search(r"dependencies=(\[.*?\])[,)]", source)
    assert (found[1] if found else None) == imported
    shown = run("add-task", "second", "--guard", guard, "--dry-run")
    assert notes in shown.err
    listed = json.loads(run("list", "--json").out)["tasks"]
    assert [task["guard"] for task in listed if task["name"] == "remind"] == [guard]


def test_a_job_queues_a_task_with_values_that_it_takes(run: Fastforge, shop: Path) -> None:
    run("add-task", "send_note", "--no-route", *NOTE, "--no-verify")

    facts = json.loads(run(*DAILY, "--queues", "send_note", "--no-verify", "--json").out)

    assert facts["answers"]["queues"] == "send_note"
    assert " --queues send_note" in facts["command"]
    source = (shop / "src/shop/jobs/report.py").read_text()
    assert "from ..tasks.send_note import TASK\n" in source
    assert 'VALUES = {\n    "email": "ada@example.com",\n    "copies": 2,\n}\n' in source
    assert "context.enqueue(TASK, payload, key=" in source
    listed = json.loads(run("list", "--json").out)["jobs"]
    assert {job["name"]: job["queues"] for job in listed}["report"] == ["send_note"]


def test_a_job_queues_a_task_that_needs_no_values(run: Fastforge, shop: Path) -> None:
    run("add-task", "rebuild", "--param", "depth:int=3", "--no-verify")

    assert run(*DAILY, "--queues", "rebuild", "--no-verify").code == 0

    source = (shop / "src/shop/jobs/report.py").read_text()
    assert "VALUES" not in source
    assert "payload = TASK.payload()\n" in source


def test_a_job_is_not_given_values_that_nobody_but_its_owner_knows(
    run: Fastforge, shop: Path
) -> None:
    run("add-task", "send_note", *NOTE, "--no-verify")
    source = shop / "src/shop/tasks/send_note.py"
    source.write_text(source.read_text().replace("email: EmailStr", "email: Unknown"))

    unknown = run(*DAILY, "--queues", "send_note")
    source.write_text(source.read_text().replace("payload=SendNotePayload", "payload=made()"))
    unread = run(*DAILY, "--queues", "send_note")

    assert (unknown.code, unread.code) == (2, 2)
    assert "--queues send_note: no value of `email: Unknown` is known here." in unknown.err
    assert "--queues send_note: no class of its payload is known here." in unread.err
    assert "write `context.enqueue(TASK, payload)` into the job" in unread.err


def test_a_job_that_queues_nothing_shows_how_it_could(run: Fastforge, shop: Path) -> None:
    run(*JOB)

    source = (shop / "src/shop/jobs/nightly_report.py").read_text()
    assert (
        len([line for line in source.splitlines() if "context.enqueue(TASK, payload)" in line]) == 1
    )


def test_a_job_that_an_older_version_saved_is_the_same_job(run: Fastforge, shop: Path) -> None:
    run(*JOB)
    record = shop / ".fastforge/jobs/nightly_report.yml"
    old = re.sub('  queues: ""\n', "", record.read_text())
    record.write_text(re.sub('start: "[^"]*"', 'start: "2026-01-02T03:04:05+00:00"', old))

    facts = json.loads(run(*JOB, "--dry-run", "--json").out)

    assert facts["answers"]["start"] == "2026-01-02T03:04:05+00:00"


def test_a_file_of_the_users_own_is_not_overwritten(run: Fastforge, shop: Path) -> None:
    own = shop / "src/shop/jobs/nightly_report.py"
    own.write_text("# mine\n")

    ran = run(*JOB)

    assert ran.code == 3
    assert "move what is there away" in ran.err
    assert own.read_text() == "# mine\n"


def test_a_route_that_another_task_has_is_refused(run: Fastforge) -> None:
    run(*TASK)

    ran = run("add-task", "bill", "--route", "/send-invoice", "--no-verify")

    assert ran.code == 2
    assert "src/shop/tasks/send_invoice.py has the route POST /send-invoice already" in ran.err


@pytest.mark.parametrize("command", [JOB, TASK])
def test_removing_is_the_exact_undo(run: Fastforge, shop: Path, command: tuple[str, ...]) -> None:
    before = files_of(shop)
    run(*command)

    ran = run(f"remove-{command[0][4:]}", command[1])

    assert (ran.code, ran.err) == (0, "")
    assert f"The runs of {command[1]} stay in the ledger" in ran.out
    assert files_of(shop) == before


def test_an_edited_part_is_removed_only_by_force(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)
    run(*JOB)
    source = shop / "src/shop/jobs/nightly_report.py"
    source.write_text(source.read_text() + "# mine\n")
    edited = files_of(shop)

    refused = run("remove-job", "nightly_report")
    shown = run("remove-job", "nightly_report", "--force", "--dry-run")

    assert (refused.code, refused.out) == (3, "")
    assert "Edited since fastforge wrote it: src/shop/jobs/nightly_report.py." in refused.err
    assert (shown.code, shown.out.splitlines()[-1]) == (0, "Nothing was removed.")
    assert files_of(shop) == edited
    assert run("remove-job", "nightly_report", "--force").code == 0
    assert files_of(shop) == before


def test_who_imports_a_removed_task_is_named(run: Fastforge, shop: Path) -> None:
    run(*TASK)
    user = shop / "src/shop/modules/notifications/billing.py"
    user.write_text("from ...tasks.send_invoice import TASK\n\nprint(TASK)\n")

    ran = run("remove-task", "send_invoice", "--dry-run", "--json")

    assert json.loads(ran.out)["imported_by"] == ["src/shop/modules/notifications/billing.py:1"]


def test_the_package_is_the_one_that_pyproject_names(run: Fastforge, shop: Path) -> None:
    (shop / "src/shop").rename(shop / "src/store")
    configuration = shop / "pyproject.toml"
    configuration.write_text(configuration.read_text().replace('"shop"', '"store"'))

    ran = run(*JOB, cwd=shop / "tests")

    assert ran.code == 0
    assert (shop / "src/store/jobs/nightly_report.py").is_file()
    test = (shop / "tests/jobs/test_nightly_report.py").read_text()
    assert "from store.jobs.nightly_report import" in test


@pytest.mark.parametrize("command", [JOB, TASK])
def test_a_part_is_removed_from_where_its_package_is_now(
    run: Fastforge, shop: Path, command: tuple[str, ...]
) -> None:
    configuration = shop / "pyproject.toml"
    configuration.write_text(configuration.read_text().replace('"shop"', '"store"'))
    before = {path.replace("src/shop/", "src/store/"): at for path, at in files_of(shop).items()}
    configuration.write_text(configuration.read_text().replace('"store"', '"shop"'))
    run(*command)
    (shop / "src/shop").rename(shop / "src/store")
    configuration.write_text(configuration.read_text().replace('"shop"', '"store"'))

    ran = run(f"remove-{command[0][4:]}", command[1])

    assert (ran.code, ran.err) == (0, "")
    assert files_of(shop) == before


def test_a_template_of_the_project_takes_the_packaged_ones_place(
    run: Fastforge, shop: Path
) -> None:
    own = shop / ".fastforge/templates/job/template/src/{{ package }}/jobs"
    own.mkdir(parents=True)
    (own / "{{ name }}.py.jinja").write_text("JOB = {{ schedule }}\n")

    ran = run(*JOB, "--trust")

    assert ran.code == 0
    written = (shop / "src/shop/jobs/nightly_report.py").read_text()
    assert written == 'JOB = Crontab("30 2 * * 1-5", timezone="Europe/Berlin")\n'
    assert not (shop / "tests/jobs/test_nightly_report.py").exists()


def test_a_one_off_that_is_over_is_still_unchanged(run: Fastforge, shop: Path) -> None:
    command = ("add-job", "move", "--at", "2026-01-02T09:00", "--no-verify")
    answers = job.checked(
        {
            "name": "move",
            "kind": "at",
            "schedule": "2026-01-02T09:00",
            "timezone": "UTC",
            "description": "",
            "start": "2026-01-01T00:00:00+00:00",
        }
    )
    prepare(open_project(shop), job.job_part(answers)).write()
    before = files_of(shop)

    ran = run(*command)

    assert (ran.code, ran.out.count("unchanged  ")) == (0, 3)
    assert files_of(shop) == before


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (JOB, "src/shop/jobs/Nightly_Report.py"),
        (TASK, "src/shop/tasks/SEND_INVOICE.PY"),
        (("add-module", "goods", "--no-verify"), "src/shop/modules/Goods"),
    ],
)
def test_a_part_that_differs_in_case_only_is_refused(
    run: Fastforge, shop: Path, words: tuple[str, ...], path: str
) -> None:
    (shop / path).mkdir()
    before = files_of(shop)

    ran = run(*words)

    assert ran.code == 2
    assert "in case only" in ran.err
    assert files_of(shop) == before
