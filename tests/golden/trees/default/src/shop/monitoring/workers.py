"""The folder in which several processes share their metrics: PROMETHEUS_MULTIPROC_DIR.

Each process writes its own files. The counts of ended processes are merged into one file of each
kind, or each restart would leave more files to read. Only processes of one machine or container may
share the folder, because a process id tells whether a process still runs.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from prometheus_client import Metric, ProcessCollector
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from pydantic_settings import BaseSettings

from ..process.starting import StartError
from ..settings import Settings

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
SUMS = ("counter", "histogram", "summary")
ENDED = "gone"


def check_setting() -> None:
    """Raise StartError if the folder is set in .env, where prometheus_client does not read it."""

    class Named(BaseSettings):
        model_config = Settings.model_config
        prometheus_multiproc_dir: str | None = None

    if MULTIPROCESS in os.environ and not os.environ[MULTIPROCESS]:
        raise StartError(f"{MULTIPROCESS} is empty: name a folder, or unset it")
    if Named().prometheus_multiproc_dir and MULTIPROCESS not in os.environ:
        reason = f"{MULTIPROCESS} in .env is read too late: set it before Python starts"
        raise StartError(reason)


class WorkersCollector(Collector):
    """The sum of what all processes counted, and the resources of each running process."""

    def __init__(self, folder: Path) -> None:
        """Read from `folder`."""
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Read the files of all processes; the lock keeps out a merge."""
        with _locked(self._folder, exclusive=False):
            counts = MultiProcessCollector(None, str(self._folder))  # type: ignore[no-untyped-call]
            yield from list(counts.collect())  # type: ignore[no-untyped-call]
            numbers = {_process_id(file) for file in self._folder.glob("*.db") if _is_running(file)}
        yield from _process_metrics(numbers)


def merge_ended(folder: Path) -> None:
    """Make the folder, or merge the files that ended processes left in it.

    Gauges of ended processes are deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder, exclusive=True):
        for kind in SUMS:
            left = [file for file in folder.glob(f"{kind}_*.db") if not _is_running(file)]
            if any(_process_id(file) != ENDED for file in left):
                _merge(left, folder / f"{kind}_{ENDED}.db")
        for file in folder.glob("gauge_*.db"):
            if not _is_running(file):
                file.unlink()


def _merge(files: Collection[Path], total: Path) -> None:
    values: defaultdict[str, float] = defaultdict(float)
    for file in files:
        if file.stat().st_size:  # an empty file is of a process that was killed at its start
            for key, value, *_ in MmapedDict.read_all_values_from_file(  # type: ignore[no-untyped-call]
                str(file)
            ):
                values[key] += value
    new = total.with_suffix(".new")
    new.unlink(missing_ok=True)
    merged = MmapedDict(str(new))  # type: ignore[no-untyped-call]
    for key, value in values.items():
        merged.write_value(key, value, 0)  # type: ignore[no-untyped-call]
    merged.close()  # type: ignore[no-untyped-call]
    new.replace(total)
    for file in files:
        if file != total:
            file.unlink()


def _process_metrics(numbers: Collection[str]) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for number in numbers:
        for family in ProcessCollector(pid=partial(str, number), registry=None).collect():
            empty = Metric(family.name, family.documentation, family.type)
            known = families.setdefault(family.name, empty)
            for sample in family.samples:
                known.add_sample(sample.name, {"pid": number}, sample.value)
    yield from families.values()


def _process_id(file: Path) -> str:
    return file.stem.rpartition("_")[2]


def _is_running(file: Path) -> bool:
    number = _process_id(file)
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):  # ValueError: the file of merged counts
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _locked(folder: Path, *, exclusive: bool) -> Generator[None, None, None]:
    """Lock the folder: shared by several readers, or exclusive for one merge."""
    import fcntl  # noqa: PLC0415 (not on Windows, where the folder is not supported)

    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
