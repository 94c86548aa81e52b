"""Timezones come from the package tzdata, not from the machine."""

import copy
import pickle
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shop.background.scheduling import Crontab, Daily
from shop.background.scheduling.clock import zone, zone_names
from shop.background.scheduling.trigger import ScheduleTrigger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def machine_with_other_rules(tmp_path: Path) -> Iterator[None]:
    """Give the machine wrong zone data: the rules of Kolkata for Berlin."""
    (tmp_path / "Europe").mkdir()
    kolkata = resources.files("tzdata.zoneinfo").joinpath("Asia", "Kolkata")
    (tmp_path / "Europe" / "Berlin").write_bytes(kolkata.read_bytes())
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([tmp_path])
    zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(before)


@pytest.mark.usefixtures("machine_with_other_rules")
def test_the_rules_are_those_of_the_package_whatever_the_machine_has() -> None:
    on_the_machine = ZoneInfo.no_cache("Europe/Berlin")
    assert NOON.astimezone(on_the_machine).utcoffset() == timedelta(hours=5, minutes=30)

    due = [
        Daily("13:30", timezone="Europe/Berlin").next_after(NOON),
        Crontab("30 13 * * *", timezone="Europe/Berlin").next_after(NOON),
    ]

    assert [moment.astimezone(UTC).isoformat() for moment in due] == (
        ["2026-11-22T12:30:00+00:00"] * 2
    )


def test_each_name_that_the_package_lists_is_a_zone() -> None:
    assert "America/Argentina/Ushuaia" in zone_names()
    assert {name for name in zone_names() if str(zone(name)) != name} == set()


@pytest.mark.parametrize(
    "name",
    ["", "localtime", "posixrules", "right/UTC", "Europe", "europe/berlin", "../UTC", "UTC+2"],
)
def test_no_other_name_is_a_zone(name: str) -> None:
    with pytest.raises(ValueError, match="is not an IANA timezone"):
        zone(name)


def test_a_zone_is_copied_and_pickled_by_its_name() -> None:
    berlin = zone("Europe/Berlin")

    assert pickle.loads(pickle.dumps(berlin)) is berlin  # noqa: S301
    assert copy.deepcopy(berlin) is berlin


def test_what_the_store_keeps_of_a_due_time_is_in_utc() -> None:
    """A local time could become another moment with another version of the rules."""
    trigger = ScheduleTrigger(Daily("03:30", timezone="Europe/Berlin"))

    due = trigger.get_next_fire_time(None, NOON)

    assert due is not None
    assert due.tzinfo is UTC
    assert due.isoformat() == "2026-11-23T02:30:00+00:00"
