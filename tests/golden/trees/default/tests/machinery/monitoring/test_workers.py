"""The folder in which processes share metrics: files of ended processes, and the setting."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from pydantic_settings import SettingsConfigDict

from shop.monitoring.workers import (
    MULTIPROCESS,
    WorkersCollector,
    check_setting,
    merge_ended,
)
from shop.process.starting import StartError
from shop.settings import Settings

Count = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder for metrics."""
    merge_ended(tmp_path / "made" / "at_start")
    return tmp_path / "made" / "at_start"


@pytest.fixture(scope="module")
def gone() -> int:
    """Return the id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def count(folder: Path) -> Count:
    """Write the counter of a process."""

    def count(number: int, value: float, *, kind: str = "counter", name: str = "mails") -> None:
        counts = MmapedDict(str(folder / f"{kind}_{number}.db"))  # type: ignore[no-untyped-call]
        key = mmap_key(name, f"{name}_total", ["to"], ["ada"], "Mails")
        counts.write_value(key, value, 0)  # type: ignore[no-untyped-call]
        counts.close()  # type: ignore[no-untyped-call]

    return count


def total(folder: Path, name: str = "mails") -> float | None:
    """Scrape the sum over all processes."""
    registry = CollectorRegistry()
    registry.register(WorkersCollector(folder))
    return registry.get_sample_value(f"{name}_total", {"to": "ada"})


def test_what_processes_that_are_gone_counted_is_kept_in_one_file(
    folder: Path, count: Count, gone: int
) -> None:
    count(os.getpid(), 1)
    for restart in range(20):
        count(gone, 2)
        (folder / f"counter_{gone}.db").rename(folder / f"counter_{gone}_{restart}_{gone}.db")
        merge_ended(folder)
        assert total(folder) == 1 + 2 * (restart + 1)

    assert {path.name for path in folder.glob("*.db")} == {
        f"counter_{os.getpid()}.db",
        "counter_gone.db",
    }


def test_each_kind_of_sum_is_kept_and_a_gauge_ends(folder: Path, count: Count, gone: int) -> None:
    count(gone, 2)
    count(gone, 3, kind="histogram", name="waits")
    count(gone, 4, kind="summary", name="sizes")
    count(gone, 5, kind="gauge_all", name="open")
    count(os.getpid(), 6, kind="gauge_all", name="full")

    merge_ended(folder)

    assert [total(folder, name) for name in ("mails", "waits", "sizes", "open")] == [2, 3, 4, None]
    assert not list(folder.glob(f"*_{gone}.db"))
    assert (folder / f"gauge_all_{os.getpid()}.db").exists()


def test_a_process_that_was_killed_as_it_began_leaves_nothing(
    folder: Path, count: Count, gone: int
) -> None:
    count(os.getpid(), 1)
    (folder / f"counter_{gone}.db").touch()

    merge_ended(folder)

    assert total(folder) == 1


def test_a_process_of_another_user_lives(
    folder: Path, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_number: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    count(7, 1)

    merge_ended(folder)

    assert (folder / "counter_7.db").exists()


def test_a_scrape_sees_no_count_twice_while_files_are_merged(
    folder: Path, count: Count, gone: int
) -> None:
    expected = 0
    with ThreadPoolExecutor() as pool:
        for _ in range(20):
            count(gone, 1)
            expected += 1
            merged = pool.submit(merge_ended, folder)
            assert total(folder) == expected
            merged.result()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it is read from /proc")
def test_each_process_that_lives_says_what_it_takes(folder: Path, count: Count, gone: int) -> None:
    count(os.getpid(), 1)
    count(gone, 1)

    found = {family.name: family for family in WorkersCollector(folder).collect()}

    samples = found["process_resident_memory_bytes"].samples
    assert [sample.labels for sample in samples] == [{"pid": str(os.getpid())}]
    assert samples[0].value > 1_000_000


def in_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the folder in .env."""
    (tmp_path / ".env").write_text(f"{MULTIPROCESS}=metrics\n")
    config = SettingsConfigDict(env_file=tmp_path / ".env", extra="ignore")
    monkeypatch.setattr(Settings, "model_config", {**Settings.model_config, **config})


def test_a_folder_that_is_named_in_the_file_only_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(MULTIPROCESS, raising=False)
    check_setting()
    in_file(tmp_path, monkeypatch)

    with pytest.raises(StartError, match=r"in \.env is read too late: set it before Python starts"):
        check_setting()

    monkeypatch.setenv(MULTIPROCESS, "metrics")
    check_setting()


def test_a_folder_without_a_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MULTIPROCESS, "")
    with pytest.raises(StartError, match="is empty"):
        check_setting()
