"""Starting the project for real: uvicorn, health, examples, metrics, and a clean stop."""

import asyncio
import http.client
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from fastforge.environment.uv import program
from fastforge.environment.variables import for_server
from fastforge.project.project import Project
from fastforge.verify.checks.client import Client
from fastforge.verify.checks.outcome import Finding
from fastforge.verify.checks.probes import DOCUMENT, PROBES, READY, Probe, is_edited
from fastforge.verify.checks.process import run, stop
from fastforge.verify.checks.required import required_settings
from fastforge.verify.checks.servers import ServersError, servers

COMMAND = "uv run fastapi dev"
_MAKE_DOCUMENT = """
import importlib, json, sys
print(json.dumps(getattr(importlib.import_module(sys.argv[1]), sys.argv[2]).openapi()))
"""
_PATIENCE = 90.0
"""Seconds a server has to get ready, and a run to end."""
_END = 1.0
"""Seconds that a server which does not answer has to end by itself."""
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
    async with servers(project) as urls:
        database = f"sqlite:///{folder}/verification.db"
        alone = {"MAIL_TO_LOG": "true", "RUNNER": "true"}  # no worker of an engine is there
        own = for_server({"DATABASE_URL": database, **alone, **urls})
        server, asked = await _start_and_ask(project, folder, output, own)
        if server.died and (needed := await required_settings(project, _module(project))):
            output.truncate(0)
            output.seek(0)
            server, asked = await _start_and_ask(project, folder, output, {**needed, **own})
    if not server.stopped_well:
        asked.problems.append(f"the server did not stop within {_GRACE:g} s of SIGTERM")
    return asked.problems, asked.sent


async def _start_and_ask(
    project: Project, folder: Path, output: IO[bytes], environment: Mapping[str, str]
) -> "tuple[_Server, _Asked]":
    async with _serve(project, folder, output, environment) as server:
        asked = _Asked(project, Client(server.port, _PATIENCE), server.process)
        await asked.ready()
        if asked.problems:
            with suppress(
                TimeoutError
            ):  # a connection is reset shortly before its server has ended
                await asyncio.wait_for(server.process.wait(), _END)
        else:
            document = await _document(asked, folder, environment)
            for probe in PROBES:
                if probe.is_in(document) and server.process.returncode is None:
                    edited = is_edited(project, probe)
                    await asked.ask(replace(probe.for_project(document), edited=edited))
    return server, asked


@dataclass(slots=True)
class _Asked:
    """What has been asked of a server, and what was wrong with its answers."""

    project: Project
    client: Client
    process: asyncio.subprocess.Process
    sent: int = 0
    problems: list[str] = field(default_factory=list)

    async def ready(self) -> None:
        """Wait until the server is ready."""
        await self._send(READY, self.client.wait_for_status)

    async def ask(self, probe: Probe) -> None:
        """Send a probe."""
        await self._send(probe, self.client.probe)

    async def _send(self, probe: Probe, send: Callable[[Probe], str | None]) -> None:
        self.sent += 1
        try:
            problem = await asyncio.to_thread(send, probe)
        except (OSError, http.client.HTTPException) as error:
            problem = f"{probe}: no answer: {error or type(error).__name__}"
        if problem:
            self.problems.append(problem)


async def _document(
    asked: _Asked, folder: Path, environment: Mapping[str, str]
) -> Mapping[str, Any]:
    """Give the OpenAPI document: as it is served, else as the application makes it."""
    answer = await asyncio.to_thread(asked.client.request, DOCUMENT.method, DOCUMENT.path)
    text = answer.body
    if answer.status == DOCUMENT.status:
        await asked.ask(DOCUMENT)
    else:
        module, _, name = asked.project.entrypoint.partition(":")
        command = [program(asked.project.root, "python"), "-c", _MAKE_DOCUMENT, module, name]
        text = (await run(command, folder, environment)).stdout
    try:
        document: Mapping[str, Any] = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        asked.problems.append(f"{DOCUMENT}: there is no OpenAPI document: {text[:200]}")
        return {}
    return document


def _module(project: Project) -> str:
    return project.entrypoint.partition(":")[0]


@dataclass(slots=True)
class _Server:
    process: asyncio.subprocess.Process
    port: int
    stopped_well: bool = True
    died: bool = False


@asynccontextmanager
async def _serve(
    project: Project, folder: Path, output: IO[bytes], environment: Mapping[str, str]
) -> AsyncIterator[_Server]:
    """Run uvicorn on a socket that listens already: no port is guessed, no connection refused."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(program(project.root, "python"), "-m", "uvicorn"),
            *(project.entrypoint, "--fd", str(listener.fileno())),
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )
    server = _Server(process, port)
    try:
        yield server
    finally:
        server.died = process.returncode is not None
        server.stopped_well = await stop(process, _GRACE) or server.died
