"""The questions of `add-job` and `add-task`, asked at a pseudo-terminal."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.parts.small_shop import make_small_shop
from tests.terminal import CTRL_C, CTRL_D, UP, terminal


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """As much of a project as these commands look at."""
    return make_small_shop(tmp_path)


def answers_of(shop: Path, part: str) -> dict[str, object]:
    answers: dict[str, object] = yaml.safe_load((shop / f".fastforge/{part}.yml").read_text())[
        "answers"
    ]
    return answers


def test_a_job_is_asked_for_and_its_due_times_are_shown_as_they_are_chosen(shop: Path) -> None:
    with terminal(shop, "add-job", "--no-verify") as person:
        person.expect("name: ")
        person.type("class\n")
        person.expect("is a word of the Python language")
        person.type("weekly_audit\n")
        person.expect("description []: ")
        person.type("\n")
        person.expect("timezone [UTC]: ")
        person.type("Europe/Berlin\n")
        person.expect("  schedule:")
        person.type("61 * * * *\n")
        person.expect("is refused")
        person.expect("  schedule:")
        person.type("3\n")
        person.expect("at 12:00 on Monday through Friday, Europe/Berlin")
        person.expect(" 12:00+0")
        person.expect("asynchronous (yes, no) [no]: ")
        person.type("<\n")
        person.expect("schedule [3]:")
        person.type("30 2 * * 1\n")
        person.expect("Mon ")
        person.expect("asynchronous (yes, no) [no]: ")
        person.type("yes\n")
        person.expect("otherwise it is recorded as lost")
        person.expect("idempotent (yes, no) [no]: ")
        person.type("yes\n")
        person.expect("Undo: fastforge remove-job weekly_audit")

        assert person.end() == 0

    answers = answers_of(shop, "jobs/weekly_audit")
    assert (answers["kind"], answers["schedule"]) == ("cron", "30 2 * * 1")
    assert (answers["timezone"], answers["asynchronous"]) == ("Europe/Berlin", True)
    assert (answers["description"], answers["idempotent"]) == ("Weekly audit.", True)


def test_only_the_schedule_is_asked_for_where_the_rest_is_given(shop: Path) -> None:
    flags = ["audit", "--timezone", "UTC", "--description", "Audits.", "--async", "--no-verify"]
    flags += ["--idempotent"]

    with terminal(shop, "add-job", *flags) as person:
        person.expect("  schedule:")
        person.type("2h30m\n")

        assert person.end() == 0

    answers = answers_of(shop, "jobs/audit")
    assert (answers["kind"], answers["schedule"]) == ("every", "2h30m")
    assert answers["idempotent"] is True


GIVEN = ["audit", "--timezone", "Europe/Berlin", "--description", "Audits.", "--async"]
GIVEN += ["--no-idempotent"]


def test_what_an_expression_means_is_shown_while_it_is_typed(shop: Path) -> None:
    with terminal(shop, "add-job", *GIVEN, "--no-verify") as person:
        person.expect("  schedule:")
        person.type("0 0 1 1 ")
        person.expect_on_screen("  schedule: 0 0 1 1", "  The schedule '0 0 1 1' is refused:")
        person.type("*")
        year = datetime.now(ZoneInfo("Europe/Berlin")).year
        moments = [datetime(year + n, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")) for n in range(1, 6)]
        person.expect_on_screen(
            "  schedule: 0 0 1 1 *",
            "  at 00:00 on January 1, Europe/Berlin",
            *(f"    {moment:%a %Y}-01-01 00:00+01:00" for moment in moments),
        )
        assert not (shop / ".fastforge/jobs").exists()
        person.type("\r")

        assert person.end() == 0

    assert answers_of(shop, "jobs/audit")["schedule"] == "0 0 1 1 *"


def test_an_example_can_be_picked_and_is_foretold(shop: Path) -> None:
    with terminal(shop, "add-job", *GIVEN, "--no-verify") as person:
        person.expect("  schedule:")
        person.type(UP)
        person.expect_on_screen("  schedule: 03:30", "  daily at 03:30 Europe/Berlin")
        person.type(UP)
        person.expect_on_screen("  schedule: 30m", "  every 30 minutes")
        person.type("\r")

        assert person.end() == 0

    assert answers_of(shop, "jobs/audit")["schedule"] == "30m"


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_an_interruption_of_the_schedule_writes_nothing(shop: Path, key: str) -> None:
    with terminal(shop, "add-job", *GIVEN) as person:
        person.expect("  schedule:")
        person.type(f"0 12{key}")

        assert person.end() == 130

    assert not list(shop.glob("src/shop/[jt]*s/[!_]*.py"))


def test_a_terminal_that_can_only_print_is_asked_plainly(shop: Path) -> None:
    with terminal(shop, "add-job", *GIVEN, "--no-verify", TERM="dumb") as person:
        person.expect("  schedule: ")
        person.type("2h30m\n")

        assert person.end() == 0

    assert "\x1b" not in person.shown


def test_a_task_is_asked_for(shop: Path) -> None:
    with terminal(shop, "add-task", "--no-verify") as person:
        person.expect("name: ")
        person.type("send_invoice\n")
        person.expect("params []: ")
        person.type("email:string\n")
        person.expect("Did you mean `email:str`?")
        person.expect("params []: ")
        person.type("email:EmailStr 'note:str | None=None'\n")
        person.expect("route []: ")
        person.type("/metrics\n")
        person.expect("The service itself answers")
        person.expect("route []: ")
        person.type("\n")
        person.expect("POST /send-invoice")
        person.expect("description []: ")
        person.type("\n")
        person.expect("idempotent (yes, no) [no]: ")
        person.type("yes\n")

        assert person.end() == 0

    answers = answers_of(shop, "tasks/send_invoice")
    assert answers["params"] == ["email:EmailStr", "note:str | None=None"]
    assert (answers["route"], answers["idempotent"]) == ("/send-invoice", True)


def test_a_module_is_asked_for(shop: Path) -> None:
    with terminal(shop, "add-module", "--no-verify") as person:
        person.expect("name: ")
        person.type("runs\n")
        person.expect("is kept for a table")
        person.expect("name: ")
        person.type("products\n")
        person.expect("fields [name:str{1,80}]: ")
        person.type("sku:str,uniq\n")
        person.expect("has the unknown flag `uniq`")
        person.expect("fields [name:str{1,80}]: ")
        person.type("'sku:str{3,20},unique' 'price:Decimal>=0'\n")
        person.expect("owned (yes, no) [no]: ")
        person.type("<\n")
        person.expect("fields [")
        person.type("\n")
        person.expect("owned (yes, no) [no]: ")
        person.type("yes\n")
        person.expect("gateway (yes, no) [no]: ")
        person.type("\n")

        assert person.end() == 0

    answers = answers_of(shop, "modules/products")
    assert answers["fields"] == ["sku:str{3,20},unique", "price:Decimal>=0"]
    assert (answers["owned"], answers["gateway"]) == (True, False)


@pytest.mark.parametrize("command", ["add-job", "add-task", "add-module"])
def test_an_interruption_writes_nothing(shop: Path, command: str) -> None:
    with terminal(shop, command) as person:
        person.expect("name: ")

        assert person.interrupt() == 130

    assert not list(shop.glob("src/shop/[jt]*s/[!_]*.py"))


def test_who_wants_no_route_is_not_asked_for_one(shop: Path) -> None:
    flags = ("--no-route", "--param", "copies:int", "--rate-limit", "5/day", "--no-verify")

    with terminal(shop, "add-task", *flags) as person:
        person.expect("name: ")
        person.type("send_note\n")
        person.expect("description []: ")
        person.type("\n")
        person.expect("idempotent (yes, no) [no]: ")
        person.type("\n")
        person.expect("no route")

        assert person.end() == 0

    answers = answers_of(shop, "tasks/send_note")
    assert (answers["no_route"], answers["route"], answers["rate_limit"]) == (True, "", "5/day")
