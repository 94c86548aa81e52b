#!/bin/sh
# A dependency's max_concurrency keeps its slot until the request's background tasks have ended.
#
# Versions: FastAPI 0.165.0, Starlette 1.10.0.
# Expected: the slot of a dependency with `yield` is free when the answer has been sent. That is
#   when the documentation lets the code after `yield` run.
# Seen: the slot is free when the last background task has ended, so a request waits for the
#   tasks of the one before it. With scope="function" the slot is free after the endpoint.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check fastapi==0.165.0 starlette==1.10.0 httpx2==2.16.2

cat > finding.py <<'END'
import asyncio
import sys
import time
from importlib.metadata import version
from typing import Annotated

import httpx2
from fastapi import BackgroundTasks, Depends, FastAPI

TASK_SECONDS = 2


def connection():
    yield "a connection"


async def wait_of_second(scope):
    """Give the seconds from the start of the first endpoint to that of the second."""
    app, began = FastAPI(), []
    limited = Depends(connection, scope=scope, max_concurrency=1)

    @app.post("/orders")
    async def order(tasks: BackgroundTasks, used: Annotated[str, limited]):
        began.append(time.monotonic())
        tasks.add_task(asyncio.sleep, TASK_SECONDS)

    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        await asyncio.gather(client.post("/orders"), client.post("/orders"))
    return began[1] - began[0]


request, function = (asyncio.run(wait_of_second(scope)) for scope in ("request", "function"))
print("versions:", *(f"{name} {version(name)}" for name in ("fastapi", "starlette")))
print(f"expected: a second request does not wait for the task of {TASK_SECONDS} s of the first")
print(f"seen: it waits {request:.1f} s; with scope='function' {function:.1f} s")
sys.exit(0 if function < TASK_SECONDS <= request + 0.01 else "this has changed")
END
venv/bin/python finding.py
