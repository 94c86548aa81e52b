"""The folder in which several processes count together: PROMETHEUS_MULTIPROC_DIR.

Each process has files of its own there. What processes that are gone have counted is kept in one
file of each kind, or every restart would leave more to read. The folder belongs to one machine, or
to one container: whether a process lives is told by its number.
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
GONE = "gone"


def check_setting() -> None:
    """Raise StartError if the folder is named where prometheus_client does not look."""

    class Named(BaseSettings):
        model_config = Settings.model_config
        prometheus_multiproc_dir: str | None = None

    if MULTIPROCESS in os.environ and not os.environ[MULTIPROCESS]:
        raise StartError(f"{MULTIPROCESS} is empty: name a folder, or unset it")
    if Named().prometheus_multiproc_dir and MULTIPROCESS not in os.environ:
        reason = f"{MULTIPROCESS} in .env is read too late: set it before Python starts"
        raise StartError(reason)


class WorkersCollector(Collector):
    """What all processes of a folder have counted, and what each that lives takes."""

    def __init__(self, folder: Path) -> None:
        """Read from `folder`."""
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Read the files of all processes, while none is being merged."""
        with _locked(self._folder, alone=False):
            counts = MultiProcessCollector(None, str(self._folder))  # type: ignore[no-untyped-call]
            yield from list(counts.collect())  # type: ignore[no-untyped-call]
            numbers = {_number(file) for file in self._folder.glob("*.db") if _lives(file)}
        yield from _of_processes(numbers)


def tidy(folder: Path) -> None:
    """Make the folder, or merge what processes that are gone have left in it.

    A gauge ends with its process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder, alone=True):
        for kind in SUMS:
            left = [file for file in folder.glob(f"{kind}_*.db") if not _lives(file)]
            if any(_number(file) != GONE for file in left):
                _merge(left, folder / f"{kind}_{GONE}.db")
        for file in folder.glob("gauge_*.db"):
            if not _lives(file):
                file.unlink()


def _merge(files: Collection[Path], total: Path) -> None:
    values: defaultdict[str, float] = defaultdict(float)
    for file in files:
        if file.stat().st_size:  # else its process was killed as it began
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


def _of_processes(numbers: Collection[str]) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for number in numbers:
        for family in ProcessCollector(pid=partial(str, number), registry=None).collect():
            empty = Metric(family.name, family.documentation, family.type)
            known = families.setdefault(family.name, empty)
            for sample in family.samples:
                known.add_sample(sample.name, {"pid": number}, sample.value)
    yield from families.values()


def _number(file: Path) -> str:
    return file.stem.rpartition("_")[2]


def _lives(file: Path) -> bool:
    number = _number(file)
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):  # or it is of those that are gone
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _locked(folder: Path, *, alone: bool) -> Generator[None, None, None]:
    """Keep the files as they are for several that read them, or for one that merges them."""
    import fcntl  # noqa: PLC0415 (Windows has none, and nobody sets the folder there)

    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
