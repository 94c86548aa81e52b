"""Running a program of the project's environment, and never leaving it behind."""

import asyncio
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastforge.environment.variables import for_tools
from fastforge.verify.checks.outcome import Finding

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that has ended: its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything it wrote."""
        return f"{self.stdout}{self.stderr}"


async def run(
    command: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    hear: Callable[[str], None] | None = None,
) -> Finished:
    """Run a program to its end; when the caller is cancelled, it is killed.

    `hear` is told the end of what it wrote to stdout so far, whenever there is more.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=for_tools(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        stdout, stderr = await asyncio.gather(_read(process.stdout, hear), _read(process.stderr))
        await process.wait()
    finally:
        await stop(process)
    return Finished(process.returncode or 0, stdout, stderr)


async def _read(
    stream: asyncio.StreamReader | None, hear: Callable[[str], None] | None = None
) -> str:
    said = bytearray()
    while stream and (more := await stream.read(_CHUNK)):
        said += more
        if hear:
            hear(said[-_CHUNK:].decode(errors="replace"))
    return said.decode(errors="replace")


async def stop(process: asyncio.subprocess.Process, grace: float = 0) -> bool:
    """End a process, first politely for `grace` seconds; say whether that was enough."""
    with suppress(ProcessLookupError):
        if grace and process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), grace)
                return True
        if process.returncode is None:
            process.kill()
            await process.wait()
            return False
    return True


def broken(finished: Finished, log_folder: Path, name: str) -> Finding:
    """Give the finding of a program that failed without a report that could be read."""
    log = keep(finished, log_folder, name)
    lines = [line for line in finished.output.splitlines() if line.strip()]
    summary = lines[-1].strip() if lines else f"no output, exit code {finished.code}"
    return Finding(passed=False, summary="could not run", problems=(summary,), log=log)


def keep(finished: Finished, log_folder: Path, name: str) -> str:
    """Write what a program said to a file and give its path."""
    log = log_folder / f"{name}.log"
    log.write_text(finished.output)
    return str(log)
