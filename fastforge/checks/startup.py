"""Starting the project for real: uvicorn, health, examples, metrics, and a clean stop."""

import asyncio
import http.client
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fastforge.checks.client import Client
from fastforge.checks.outcome import Finding
from fastforge.checks.probes import PROBES, READY, Probe
from fastforge.checks.process import stop
from fastforge.checks.servers import ServersError, servers
from fastforge.environment import program
from fastforge.project import Project
from fastforge.variables import for_server

COMMAND = "uv run fastapi dev"
_PATIENCE = 90.0
"""Seconds a server has to get ready, and a run to end."""
_GRACE = 15.0
"""Seconds a server has to stop."""


async def check_startup(project: Project, scratch: Path) -> Finding:
    """Start the project on a free port and a database of its own, send the probes, stop it."""
    with tempfile.TemporaryDirectory(prefix="fastforge-startup-") as folder:
        with tempfile.TemporaryFile(dir=folder) as output:
            try:
                problems, sent = await _serve_and_probe(project, Path(folder), output)
            except ServersError as error:
                problems, sent = [str(error)], 0
            output.seek(0)
            said = output.read()
        if not problems:
            return Finding(passed=True, summary=f"{sent} requests", facts={"requests": sent})
        kept = scratch / "startup.log"
        kept.write_bytes(said)
        return Finding(
            passed=False,
            summary=f"{len(problems)} of {sent} requests wrong",
            problems=tuple(problems),
            facts={"requests": sent, "failed": len(problems)},
            log=str(kept),
        )


async def _serve_and_probe(
    project: Project, folder: Path, output: IO[bytes]
) -> tuple[list[str], int]:
    probes = [probe for probe in PROBES if _applies(probe, project)]
    async with (
        servers(project) as urls,
        _serve(project, folder, output, urls) as server,
    ):
        problems = await _probe(Client(server.port, _PATIENCE), server.process, probes)
    if not server.stopped_well:
        problems.append(f"the server did not stop within {_GRACE:g} s of SIGTERM")
    return problems, len(probes)


def _applies(probe: Probe, project: Project) -> bool:
    return probe.needs is None or (project.package / probe.needs).is_file()


async def _probe(
    client: Client, process: asyncio.subprocess.Process, probes: list[Probe]
) -> list[str]:
    problems = []
    for probe in probes:
        ask = client.wait_for_status if probe is READY else client.probe
        try:
            problem = await asyncio.to_thread(ask, probe)
        except (OSError, http.client.HTTPException) as error:
            problem = f"{probe}: no answer: {error or type(error).__name__}"
        if problem:
            problems.append(problem)
        if problem and (probe is READY or process.returncode is not None):
            break
    return problems


@dataclass(slots=True)
class _Server:
    process: asyncio.subprocess.Process
    port: int
    stopped_well: bool = True


@asynccontextmanager
async def _serve(
    project: Project, folder: Path, output: IO[bytes], urls: Mapping[str, str]
) -> AsyncIterator[_Server]:
    """Run uvicorn on a socket that listens already: no port is guessed, no connection refused."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(program(project.root, "python"), "-m", "uvicorn"),
            *(f"{project.answers.package}.main:app", "--fd", str(listener.fileno())),
            cwd=folder,
            env=for_server({"DATABASE_URL": f"sqlite:///{folder}/verification.db", **urls}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )
    server = _Server(process, port)
    try:
        yield server
    finally:
        died = process.returncode is not None
        server.stopped_well = await stop(process, _GRACE) or died
