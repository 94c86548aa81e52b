"""Timezones come from the package tzdata, and a hint names the one that is meant."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from fastforge.answers.values import check_timezone
from fastforge.errors import UsageError
from fastforge.schedule import choose, preview
from fastforge.schedule.generated import zone, zone_names
from fastforge.schedule.timezones import matching

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def machine_with_other_rules(tmp_path: Path) -> Iterator[None]:
    """Let the machine's own zone data have the rules of Kolkata for Berlin."""
    (tmp_path / "Europe").mkdir()
    kolkata = resources.files("tzdata.zoneinfo").joinpath("Asia", "Kolkata")
    (tmp_path / "Europe" / "Berlin").write_bytes(kolkata.read_bytes())
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([tmp_path])
    zone("UTC")  # the module is loaded
    yield
    zoneinfo.reset_tzpath(before)


@pytest.mark.usefixtures("machine_with_other_rules")
def test_the_rules_are_those_of_the_package_whatever_the_machine_has() -> None:
    on_the_machine = zoneinfo.ZoneInfo.no_cache("Europe/Berlin")
    assert NOON.astimezone(on_the_machine).utcoffset() == timedelta(hours=5, minutes=30)

    choice = choose({"daily": "13:30"}, "Europe/Berlin", NOON)

    (due,) = preview(choice.schedule, NOON, 1)
    assert due.astimezone(UTC).isoformat() == "2026-11-22T12:30:00+00:00"


@pytest.mark.parametrize("name", sorted(zone_names())[::25])
def test_each_name_that_the_package_lists_is_taken(name: str) -> None:
    check_timezone(name)


@pytest.mark.parametrize(
    "name",
    ["", "localtime", "posixrules", "right/UTC", "Europe", "../UTC", "utc", "UTC+2", "/etc/UTC"],
)
def test_no_other_name_is_taken(name: str) -> None:
    with pytest.raises(UsageError, match="There is no timezone"):
        check_timezone(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Europe/Berlim", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("Los Angeles", "America/Los_Angeles"),
        ("Kolkata", "Asia/Kolkata"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("Tokio", "Asia/Tokyo"),
        ("Middle Earth", "Europe/Berlin"),
    ],
)
def test_a_hint_names_the_zone_that_is_meant(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"for example {meant}\\.$"):
        check_timezone(typed)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("utc", "UTC"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("GMT", "GMT"),
        ("berl", "Europe/Berlin"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("africa", "Africa/Abidjan"),
    ],
)
def test_the_zone_that_is_typed_comes_first_among_those_that_match(typed: str, first: str) -> None:
    found = matching(typed)

    assert found[0] == first
    assert len(found) <= 8
    for name in found:
        check_timezone(name)


@pytest.mark.parametrize("typed", ["erlin", "Middle Earth", "Factory"])
def test_no_other_zone_matches(typed: str) -> None:
    assert matching(typed) == []
