"""The job `database_backup`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from shop.background import RunContext
from shop.background.scheduling.clock import zone
from shop.database import Database
from shop.jobs._dump import SUFFIX
from shop.jobs.database_backup import JOB, backup
from shop.settings import Settings

DUE_AT = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
NAME = f"backup-20260301T033000Z{SUFFIX}"

Due = Callable[[datetime], RunContext]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Set the folder of the backups, which the job makes."""
    return tmp_path / "kept" / "backups"


@pytest.fixture
def due(settings: Settings, database: Database, folder: Path) -> Due:
    """Make the context of a run with a due time."""
    configured = settings.model_copy(update={"backup_directory": str(folder), "backup_keep": 2})

    def make(moment: datetime) -> RunContext:
        return RunContext(uuid4(), JOB.name, 1, moment, configured, database)

    return make


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_it_is_due_every_night_in_the_zone_of_the_project() -> None:
    here = zone("UTC")

    due_at = JOB.schedule.next_after(datetime(2026, 1, 15, 3, 30, tzinfo=here))

    assert due_at == datetime(2026, 1, 16, 3, 30, tzinfo=here)


def test_how_a_backup_is_treated() -> None:
    assert JOB.misfire_grace == timedelta(hours=12)
    assert JOB.timeout == timedelta(minutes=10)
    assert timedelta(seconds=30) <= JOB.delay(1, OSError()) <= timedelta(minutes=1)
    assert JOB.may_repeat(1)  # a backup that was cut off runs again


def test_the_backup_is_named_by_its_due_time_and_nobody_else_may_read_it(
    due: Due, folder: Path
) -> None:
    backup(due(DUE_AT))

    assert names(folder) == [NAME]
    assert folder.stat().st_mode & 0o077 == 0


def test_a_second_run_for_the_same_due_time_changes_nothing(due: Due, folder: Path) -> None:
    backup(due(DUE_AT))
    written_at = (folder / NAME).stat().st_mtime_ns

    backup(due(DUE_AT))

    assert names(folder) == [NAME]
    assert (folder / NAME).stat().st_mtime_ns == written_at


def test_only_the_newest_backups_are_kept(due: Due, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "notes.txt").touch()

    for days in (2, 0, 1):
        backup(due(DUE_AT + timedelta(days=days)))

    second, third = NAME.replace("0301", "0302"), NAME.replace("0301", "0303")
    assert names(folder) == [second, third, "notes.txt"]


def test_a_backup_that_another_process_removes_at_the_same_time_is_no_error(
    due: Due, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def too_late(file: Path, *, missing_ok: bool = False) -> None:
        unlink(file, missing_ok=True)
        unlink(file, missing_ok=missing_ok)

    for days in range(2):
        backup(due(DUE_AT + timedelta(days=days)))
    monkeypatch.setattr(Path, "unlink", too_late)

    backup(due(DUE_AT + timedelta(days=2)))

    assert NAME not in names(folder)


def test_what_a_killed_process_left_is_removed_at_the_next_due_time(due: Due, folder: Path) -> None:
    folder.mkdir(parents=True)
    killed, at_work = f"{NAME.replace('0301', '0228')}.1.part", f"{NAME}.2.part"
    (folder / killed).touch()
    (folder / at_work).touch()

    backup(due(DUE_AT))

    assert names(folder) == [NAME, at_work]
