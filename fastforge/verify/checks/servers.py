"""The servers that a project needs beside it: started as its own tests start them."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastforge.environment.uv import program
from fastforge.environment.variables import for_tools
from fastforge.project.project import Project

MODULE: Final = "tests.servers"
_VARIABLES: Final = {
    "TEST_DATABASE_URL": "DATABASE_URL",
    "TEST_REDIS_URL": "REDIS_URL",
    "TEST_BROKER_URL": "BROKER_URL",
}
"""What the tests call a server, and the setting of the service for it."""


class ServersError(Exception):
    """The servers did not start; says what they said."""


@asynccontextmanager
async def servers(project: Project) -> AsyncIterator[dict[str, str]]:
    """Start the servers of `project`, if it needs any; give the settings that name them.

    New ones, so that nothing is left in a database of the user's; where there is no wheel for this
    machine, those of TEST_DATABASE_URL and the like. Raises ServersError.
    """
    answers = project.answers
    if answers.database != "postgresql" and answers.jobstore != "redis":
        yield {}
        return
    given = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    process, said = await _start(project, {})
    if not said and given:
        process, said = await _start(project, given)
    try:
        if not said:
            raise ServersError((await process.communicate(b""))[1].decode().strip())
        urls: dict[str, str] = json.loads(said)
        yield {_VARIABLES[name]: url for name, url in urls.items()}
    finally:
        if process.returncode is None:
            await process.communicate(b"")  # the end of its input ends it


async def _start(
    project: Project, given: dict[str, str]
) -> tuple[asyncio.subprocess.Process, bytes]:
    environment = for_tools()
    for name in _VARIABLES:
        environment.pop(name, None)
    process = await asyncio.create_subprocess_exec(
        *(program(project.root, "python"), "-m", MODULE),
        cwd=project.root,
        env={**environment, **given},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout  # noqa: S101 (it is a pipe)
    return process, await process.stdout.readline()
