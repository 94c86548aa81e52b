"""The schedules of a generated project, loaded from its template, so that there is one of each."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from types import ModuleType
from typing import Protocol, cast

from fastforge.render import packaged_templates

PACKAGE = "fastforge.schedule._generated"
FOLDER = "project/template/src/{{ package }}/background/scheduling"


class Schedule(Protocol):
    """What the template's Every, Daily, Crontab and Once have in common."""

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first due time after an aware moment; None if there is no more."""

    def describe(self) -> str:
        """Say it in words."""


def every(interval: timedelta) -> Schedule:
    """Return the schedule of an interval; ValueError if it is not whole seconds."""
    return cast("Schedule", _module("schedules").Every(interval))


def daily(at: str, timezone: str) -> Schedule:
    """Return the schedule of HH:MM in an IANA timezone; ValueError if either is not one."""
    return cast("Schedule", _module("schedules").Daily(at, timezone))


def crontab(expression: str, timezone: str) -> Schedule:
    """Return the schedule of a crontab expression; ValueError names the field and its range."""
    return cast("Schedule", _module("schedules").Crontab(expression, timezone))


def once(at: datetime) -> Schedule:
    """Return the schedule of one aware moment."""
    return cast("Schedule", _module("schedules").Once(at))


def canonical(expression: str) -> str:
    """Write a crontab expression as five fields of numbers; ValueError as `crontab`."""
    return cast("str", _module("crontab").canonical(expression))


def zone(name: str) -> tzinfo:
    """Return the timezone of an IANA name; ValueError if there is none."""
    return cast("tzinfo", _module("clock").zone(name))


def zone_names() -> frozenset[str]:
    """Return the names of all timezones."""
    return cast("frozenset[str]", _module("clock").zone_names())


def next_change(zone: tzinfo, start: datetime, end: datetime) -> datetime | None:
    """Return the first moment in (start, end], both in UTC, at which the zone's clocks change."""
    return cast("datetime | None", _module("clock").next_change(zone, start, end))


def _module(name: str) -> ModuleType:
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(packaged_templates() / FOLDER)]
        sys.modules[PACKAGE] = package
    with _no_bytecode():
        return importlib.import_module(f"{PACKAGE}.{name}")


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Leave no __pycache__ between the templates."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
