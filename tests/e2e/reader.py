"""Somebody who reads a guide and types its commands, one after another, into one shell.

A command that serves is left running, on a port that is free, until the next one or a line
`# Ctrl-C`; `localhost:8000` in a later command means it. A `python` block that begins with `# PATH`
is saved there.
"""

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.docs.pages import Block
from tests.e2e.test_full_project import serves

LONGEST_WAIT_SECONDS = 60
MARK = "end of the command:"
VARYING = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\b([A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "TIME"),
    (r"\bin \d+(\.\d+)?s\b", "in N s"),
    (r"\b\d{8}T\d{6}Z", "TIME"),
    (r"\b\d+ B\b", "N B"),
    (r"\s+", " "),
)


@dataclass(frozen=True)
class Step:
    """A command, and what the guide says that it prints; nothing if it says nothing."""

    command: str
    said: str


def steps(block: Block) -> Iterator[Step]:
    """Give the commands of a block: a comment below a command is its output."""
    command, said = "", ""
    for line in block.text.replace("\\\n", "").splitlines():
        if line.startswith("# ") and command:
            said += f"{line.removeprefix('# ')}\n"
            continue
        if command:
            yield Step(command, said)
        command, said = line.strip(), ""
    if command:
        yield Step(command, said)


def agrees(said: str, printed: str) -> bool:
    """Tell whether a command printed what the guide says: `...` stands for anything."""
    said, printed = _normalised(said), _normalised(printed)
    pattern = ".*".join(map(re.escape, said.split("...")))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def _normalised(text: str) -> str:
    for pattern, instead in VARYING:
        text = re.sub(pattern, instead, text)
    return text.strip()


class Reader:
    """Types commands into a bash that stands in `folder`."""

    def __init__(self, bash: subprocess.Popen[str], folder: Path) -> None:
        self.bash, self.folder = bash, folder
        self.server = 0
        self.port = "8000"

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if block.language == "python":
            self._save(block.text)
        if block.language == "sh":
            for step in steps(block):
                self._type(step)

    def _save(self, text: str) -> None:
        if path := re.match(r"# (\S+\.py)\n", text):
            (self.folder / path[1]).write_text(text)

    def _type(self, step: Step) -> None:
        if step.command.startswith("# Ctrl-C"):
            self.stop()
            return
        if serves(step.command):
            self._serve(step.command)
            return
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        code, printed = self.run(step.command)
        while step.said and not agrees(step.said, printed) and _asks_again(step.command, end):
            time.sleep(0.3)
            code, printed = self.run(step.command)
        assert code == 0, f"{step.command}\n{printed}"
        wanted = f"printed\n{printed}\nbut the guide says\n{step.said}"
        assert not step.said or agrees(step.said, printed), f"{step.command} {wanted}"

    def run(self, command: str) -> tuple[int, str]:
        """Type a command; give its exit code and what it printed."""
        command = command.replace("localhost:8000", f"127.0.0.1:{self.port}")
        stdin, stdout = _pipes(self.bash)
        stdin.write(f"{{ {command}\n}} </dev/null 2>&1\nprintf '\\n%s %s\\n' '{MARK}' $?\n")
        stdin.flush()
        printed = ""
        for line in stdout:
            if line.startswith(MARK):
                return int(line.removeprefix(MARK)), printed
            printed += line
        raise AssertionError(f"{command} ended the shell: {printed}")

    def _serve(self, command: str) -> None:
        self.stop()
        log = self.folder / "server.log"
        log.write_text("")
        serving = f"{command.partition('  #')[0]} --port 0 >{shlex.quote(str(log))} 2>&1"
        _, pid = self.run(f"{serving} & echo $!")
        self.server = int(pid)
        self.port = self._port_when_ready(command, log)

    def _port_when_ready(self, command: str, log: Path) -> str:
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < end:
            said = log.read_text()
            listens = re.search(r"running on http://127\.0\.0\.1:(\d+)", said)
            if listens and "Application startup complete" in said:
                return listens[1]
            time.sleep(0.05)
        raise AssertionError(f"{command}: {log.read_text()}")

    def stop(self) -> None:
        """Press Ctrl-C where the server runs."""
        if self.server:
            os.killpg(self.server, signal.SIGINT)
            self.run(f"wait {self.server} || true")
            self.server = 0


def _asks_again(command: str, end: float) -> bool:
    """Tell whether a reader would: a run that was asked for is not over at once."""
    reads = "curl " in command and not re.search(" -X | --json | -d ", command)
    return reads and time.monotonic() < end


def _pipes(bash: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert bash.stdin
    assert bash.stdout
    return bash.stdin, bash.stdout


@contextmanager
def reader(folder: Path, variables: Mapping[str, str]) -> Iterator[Reader]:
    """Open a shell in a folder; whatever it started ends with it."""
    with subprocess.Popen(
        ["bash", "--norc"],
        cwd=folder,
        env={**variables, "no_proxy": "127.0.0.1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as bash:
        somebody = Reader(bash, folder)
        somebody.run("set -m")  # so that Ctrl-C reaches a server
        try:
            yield somebody
        finally:
            somebody.stop()
            bash.communicate("exit\n")
