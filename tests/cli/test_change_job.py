"""`change-job`: other answers for a job that is there, merged with what its owner wrote."""

import json
from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.project.project import record_at
from tests.conftest import Fastforge, Ran, files_of
from tests.old_project import unpack_old_project
from tests.parts.small_shop import make_shop
from tests.small_project import commit

JOB, TEST = "src/shop/jobs/report.py", "tests/jobs/test_report.py"
RECORD = ".fastforge/jobs/report.yml"
STATE = ".fastforge/update/"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_shop(tmp_path / "shop")


@pytest.fixture
def run(fastforge: Fastforge, shop: Path) -> Fastforge:
    """Run the command in the project, which has a job."""

    def run(*arguments: str, cwd: Path = shop) -> Ran:
        verify = [] if arguments[0] in {"diff", "list"} else ["--no-verify"]
        return fastforge(*arguments, *verify, cwd=cwd)

    run("add-job", "report", "--daily", "03:30", "--timeout", "7m", "--yes")
    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def changed_files(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    paths = before.keys() | after.keys()
    found = {path for path in paths if before.get(path) != after.get(path)}
    return {path for path in found if not path.startswith(STATE)}


def test_another_schedule_is_merged_with_own_lines(run: Fastforge, shop: Path) -> None:
    edit(shop / JOB, "logger = ", "# mine\nlogger = ")
    before = files_of(shop)

    ran = run("change-job", "report", "--cron", "0 12 * * 1-5", "--retries", "2")

    assert ran.code == 0
    assert ran.out.splitlines()[0] == "at 12:00 on Monday through Friday, UTC"
    assert f"shop: a change within {__version__}\n" in ran.out
    assert changed_files(before, files_of(shop)) == {JOB, RECORD}
    text = (shop / JOB).read_text()
    assert "# mine\nlogger = " in text
    assert 'schedule=Crontab("0 12 * * 1-5", timezone="UTC"),' in text
    assert "    retries=2,\n" in text
    answers = record_at(shop, RECORD).answers
    assert (answers["kind"], answers["schedule"]) == ("cron", "0 12 * * 1-5")
    assert (answers["retries"], answers["timeout"]) == (2, "7m")


def test_it_is_as_if_the_job_had_been_added_so(run: Fastforge, shop: Path) -> None:
    run("change-job", "report", "--every", "5m", "--timeout", "1m", "--disabled")
    changed = files_of(shop)
    run("remove-job", "report")
    run("add-job", "report", "--every", "5m", "--timeout", "1m", "--disabled", "--yes")

    assert [files_of(shop)[path] for path in (JOB, TEST)] == [changed[path] for path in (JOB, TEST)]


def test_the_usual_timeout_follows_the_schedule(run: Fastforge, shop: Path) -> None:
    run("add-job", "tidy_up", "--every", "5m", "--yes")

    run("change-job", "tidy_up", "--every", "3m")

    assert record_at(shop, ".fastforge/jobs/tidy_up.yml").answers["timeout"] == "3m"


def test_what_both_changed_is_a_conflict_that_can_be_solved_or_undone(
    run: Fastforge, shop: Path
) -> None:
    edit(shop / JOB, 'Daily("03:30"', 'Daily("04:30"')
    before = files_of(shop)

    ran = run("change-job", "report", "--daily", "05:30")

    assert ran.code == 3
    assert "<<<<<<< yours" in (shop / JOB).read_text()
    assert record_at(shop, RECORD).answers["schedule"] == "03:30"
    assert run("update", "--abort").code == 0
    kept = {path: text for path, text in files_of(shop).items() if not path.startswith(STATE)}
    assert kept == before


def test_a_change_is_undone_as_an_update_is(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)
    run("change-job", "report", "--retries", "3")

    assert run("update", "--abort").code == 0

    assert files_of(shop) == before


def test_git_need_not_know_a_job_that_was_added_just_now_but_what_its_owner_wrote(
    run: Fastforge, shop: Path
) -> None:
    commit(shop)
    run("add-job", "later", "--every", "1h", "--yes")

    assert run("change-job", "later", "--every", "2h").code == 0

    edit(shop / "src/shop/jobs/later.py", "logger = ", "# mine\nlogger = ")
    refused = run("change-job", "later", "--every", "3h")
    assert (refused.code, "Changed and not committed: src/shop/jobs/later.py" in refused.err) == (
        3,
        True,
    )


def test_nothing_is_left_to_update_or_to_show(run: Fastforge) -> None:
    run("change-job", "report", "--timezone", "Europe/Berlin", "--description", "Tells.")

    assert "Up to date" in run("update", "--check").out
    assert run("diff").out == ""


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_it_can_be_shown_first(run: Fastforge, shop: Path, option: str) -> None:
    before = files_of(shop)

    ran = run("change-job", "report", "--retries", "3", option)

    assert (ran.code, JOB in ran.out, files_of(shop)) == (0, True, before)


def test_it_can_be_told_to_a_program(run: Fastforge) -> None:
    ran = run("change-job", "report", "--retries", "3", "--json")

    facts = json.loads(ran.out)
    assert {file["path"] for file in facts["files"]} == {JOB, RECORD}
    assert ran.err == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("report",), "Nothing to change was given."),
        (("nope", "--retries", "3"), "There is no job nope that `fastforge add-job` made."),
        (("../report", "--retries", "3"), "There is no job ../report that"),
        (("report", "--daily", "05:30", "--every", "5m"), "A schedule is exactly one of"),
        (("report", "--cron", "0 12 * * 8"), "8"),
        (("report", "--retries", "-1"), "-1"),
        (("report", "--timezone", "Mars/Base"), "Mars/Base"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_changes_nothing(
    run: Fastforge, shop: Path, words: tuple[str, ...], problem: str
) -> None:
    before = files_of(shop)

    ran = run("change-job", *words)

    assert ran.code != 0
    assert problem in ran.err
    assert files_of(shop) == before


def test_a_job_of_an_older_project_is_brought_up_to_date_first(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    old = unpack_old_project(tmp_path)
    before = files_of(old)

    ran = fastforge("change-job", "tidy_up", "--retries", "3", cwd=old)

    assert ran.code == 2
    assert "Bring all to this version first: fastforge update" in ran.err
    assert files_of(old) == before
