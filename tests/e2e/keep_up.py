"""The second transcript of the READMEs: a project of 0.1.0 that its owner has worked in, updated.

Notes are left out, most lines of a dry run, and all but three of many lines that begin alike.
"""

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from fastforge.environment.uv import uv_binary
from tests.e2e import owner
from tests.e2e.solving import solve
from tests.e2e.transcript import GIT

START = "<!-- transcript of an update: python -m tests.e2e.transcript -->\n"
END = "<!-- end of that transcript -->"
CONFLICT = 3
SHOWN = 3
COMMANDS = (
    ("fastforge update --dry-run", CONFLICT),
    ("fastforge update", CONFLICT),
    ("fastforge update --continue", 0),
    ("fastforge diff --names", 0),
)


def keep_up(folder: Path, programs: Path, variables: Mapping[str, str]) -> str:
    """Make the project in an empty folder and update it; give the block.

    Raises RuntimeError if a command ends otherwise than it should.
    """
    project = owner.made_by_the_first_release(folder)
    owner.edit(project)
    subprocess.run([uv_binary(), "--quiet", "sync"], cwd=project, check=True)
    lines: list[str] = []
    for command, code in COMMANDS:
        if command.endswith("--continue"):
            solve(project)
        said = _said(command, code, project, {**variables, "COLUMNS": "100", **_path(programs)})
        shown = [said[0], "...", *said[-3:]] if "--dry-run" in command else _shortened(said)
        lines += [*([""] if lines else []), f"$ {command}", *shown]
    return "\n".join(["```console", *lines, "```"]) + "\n"


def _said(command: str, code: int, project: Path, variables: Mapping[str, str]) -> list[str]:
    done = subprocess.run(
        shlex.split(command),
        cwd=project,
        env={**os.environ, **GIT, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != code:
        raise RuntimeError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    error = done.stderr.partition("error: ")
    return f"{done.stdout}{error[1]}{error[2]}".splitlines()


def _shortened(lines: Iterable[str]) -> Iterator[str]:
    for word, group in groupby(lines, key=lambda line: line.split(" ")[0]):
        alike = list(group)
        many = len(alike) > SHOWN + 1
        yield from map(str.rstrip, alike[:SHOWN] if many else alike)
        if many:
            yield f"{word:9} ... and {len(alike) - SHOWN} more"


def _path(programs: Path) -> dict[str, str]:
    return {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
