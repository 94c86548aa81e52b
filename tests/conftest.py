"""Options and fixtures that all tests share."""

import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.environments import Environments

settings.register_profile("fastforge", deadline=None, database=None)
settings.load_profile("fastforge")

Record = Callable[[Mapping[str, object], Mapping[str, str]], None]
LONGEST_SECONDS = 1800
"""What a command may take, on a machine that does other things too; the longest takes minutes."""
SHARE_A_PROJECT = (
    "benchmarks",
    "edited_service",
    "full_project",
    "linkwatch",
    "modules",
    "ordinary_edits",
    "parts",
    "readme",
    "wheel",
)
"""Files of `tests/e2e` for one process of `-n`, or each process would make the project."""
VERIFY_IN_FULL = ("tests/e2e/test_combinations.py", "tests/parts/test_five_pieces.py")
"""Files whose tests take minutes each with `--exhaustive`."""
WORKERS = "PYTEST_XDIST_AUTO_NUM_WORKERS"
"""How many processes `-n auto` means, which `fastforge verify` uses; 0 is none but its own."""
REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden trees anew, then look at git diff",
    )
    parser.addoption(
        "--exhaustive",
        action="store_true",
        help="run what takes many minutes too: every combination, all mutants, the soak",
    )


def pytest_configure() -> None:
    """Let Ctrl-C reach what is tested: a shell that starts `pytest &` leaves it ignored.

    Let programs keep their bytecode where PYTHONDONTWRITEBYTECODE is set: hundreds are started,
    and a quarter of their time is compiling. Let the tests of a project that is tested beside
    others run in one process. Keep what we remember about projects out of the user's own folder.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="fastforge-state-")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # as nohup leaves it
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ[WORKERS] = "0"


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


class _ByProject(LoadScopeScheduling):
    """Hands out tests one by one, but for those that share a project.

    The mark `xdist_group` has no effect under pytest 9.2 (pytest-xdist, issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return "shop" if _shares_a_project(nodeid) else nodeid


def _shares_a_project(nodeid: str) -> bool:
    name = Path(nodeid.partition("::")[0]).stem.removeprefix("test_")
    return nodeid.startswith("tests/e2e/") and name in SHARE_A_PROJECT


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Use more processes than there are cores: a third of a test of a service is waiting.

    One more, or two with `--exhaustive`; the default run takes as long as the tests that share a
    project, in one process, which a further process would slow down.
    """
    more = 2 if config.getoption("--exhaustive") else 1
    return None if WORKERS in os.environ else (os.cpu_count() or 1) + more


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _ByProject(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked `exhaustive` unless it is asked for; the mark says why it is.

    Long tests come first, the longest before them, so that all processes end at about the same
    time, and those that run alone come last, where they wait for none that is long.
    """
    items.sort(key=_turn)
    if config.getoption("--exhaustive"):
        return
    for item in items:
        if mark := item.get_closest_marker("exhaustive"):
            why = ", ".join(mark.args) or "takes minutes"
            item.add_marker(pytest.mark.skip(reason=f"{why}: run with --exhaustive"))


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("alone"):
        return 4
    if _shares_a_project(item.nodeid):
        return 0
    if item.nodeid.startswith(VERIFY_IN_FULL):
        return 1
    long = item.get_closest_marker("e2e") or item.get_closest_marker("exhaustive")
    return 2 if long or item.nodeid.startswith("tests/parts/") else 3


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run what is marked `alone` while the other processes of `-n` run nothing."""
    how = fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH
    with (REPOSITORY / "pyproject.toml").open() as lock:
        fcntl.flock(lock, how)
        return (yield)


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Fastforge = Callable[..., Ran]


@pytest.fixture
def fastforge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fastforge:
    """Run the command as a program, without a terminal, in `tmp_path`."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("COLUMNS", "100")
    with_uv = [str(Path(sys.executable).parent), os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(with_uv))

    def run(*arguments: str, cwd: Path = tmp_path, **variables: str) -> Ran:
        command = [sys.executable, "-m", "fastforge", *arguments]
        return run_to_its_end(command, cwd, {**os.environ, **variables})

    return run


@pytest.fixture(scope="session")
def environments(pytestconfig: pytest.Config) -> Environments:
    """Environments of generated projects; what they share is kept from run to run."""
    return Environments(pytestconfig.cache.mkdir("environments"))


def run_to_its_end(
    command: Sequence[str | Path],
    cwd: Path,
    environment: Mapping[str, str],
    seconds: float = LONGEST_SECONDS,
) -> Ran:
    """Run a command without input; press Ctrl-C and fail if it hangs."""
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
            pytest.fail(f"{shlex.join(map(str, command))} hung for {seconds} s:\n{out}{err}")
    return Ran(process.returncode, out, err)


def files_of(folder: Path) -> dict[str, bytes]:
    """Give all files of a folder but git's, for comparison as a whole."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Keep a row of an exhaustive run for `docs/write_proof.py` to find."""
    section = request.config.cache.mkdir("proof") / request.module.__name__.rpartition("test_")[2]

    def write(row: Mapping[str, object], versions: Mapping[str, str]) -> None:
        if not request.config.getoption("--exhaustive"):
            return
        section.mkdir(exist_ok=True)
        facts = {"row": {**row, "date": datetime.now(UTC).date().isoformat()}, "versions": versions}
        (section / f"{request.node.callspec.id}.json").write_text(json.dumps(facts, indent=2))

    return write
