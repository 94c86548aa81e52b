"""Writes the transcripts in the READMEs: runs their commands in a folder, keeps what they say.

`python -m tests.e2e.transcript`, with fastforge installed beside that Python; takes minutes. A test
runs the commands again and compares, but for what varies: `normalised` leaves that out.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import REPOSITORY

README = REPOSITORY / "README.md"
TRANSLATED = REPOSITORY / "README.zh-CN.md"
START, END = "<!-- transcript: python -m tests.e2e.transcript -->\n", "<!-- end of transcript -->"
COMMANDS = (
    "fastforge new shop --yes",
    "cd shop",
    "fastforge add-module invoices --field 'number:str{1,20},unique' --field 'total:Decimal>=0'",
    "fastforge add-job nightly_report --cron '30 2 * * 1-5' --timezone Europe/Berlin",
    "fastforge add-task send_invoice --param email:EmailStr --param 'copies:int>=1<=9=1'",
    "fastforge list",
    "fastforge verify",
    "fastforge remove-task send_invoice",
    "git status --short",
)
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@example.com"),
}
VARYING = (
    (r"\b\d+(\.\d+)? s\b", "N s"),
    (r"\b[A-Z][a-z]{2} \d{4}-\d\d-\d\d (\d\d:\d\d:\d\d)[+-]\d\d:\d\d", r"DATE \1"),
    (r"\b\d+ (files|packages|tests|requests)\b", r"N \1"),
    (r"\b(create|replace|remove) \d+\b", r"\1 N"),
    (r"\band \d+ more\b", "and N more"),
    (r"\.py:\d+", ".py:N"),
    (r" {2,}", "  "),  # columns are as wide as their widest cell
)


def transcript(folder: Path, programs: Path, variables: Mapping[str, str]) -> str:
    """Run the commands in an empty folder; give the block, raises if one of them fails.

    `programs` is where fastforge is, `variables` are further ones of the environment.
    """
    lines: list[str] = []
    for command in COMMANDS:
        lines += [""] if lines and not lines[-1].startswith("$") else []
        lines.append(f"$ {command}")
        if command.startswith("cd "):
            folder /= command.removeprefix("cd ")
        else:
            lines += map(str.rstrip, output(command, folder, programs, variables).splitlines())
    return "\n".join(["```console", *lines, "```"]) + "\n"


def output(command: str, folder: Path, programs: Path, variables: Mapping[str, str]) -> str:
    """Give what a command prints on stdout, where there is no terminal."""
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={**os.environ, **GIT, "COLUMNS": "100", **variables, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def written(start: str = START, end: str = END) -> str:
    """Give the block that is in README.md."""
    return README.read_text(encoding="utf-8").partition(start)[2].partition(end)[0]


def normalised(block: str) -> str:
    """Leave out what differs from run to run and with each file more in the templates."""
    for pattern, instead in VARYING:
        block = re.sub(pattern, instead, block)
    return block


def main() -> None:
    """Write both blocks anew."""
    from tests.e2e import keep_up

    programs = Path(sys.executable).parent
    for make, start, end in (
        (transcript, START, END),
        (keep_up.keep_up, keep_up.START, keep_up.END),
    ):
        with tempfile.TemporaryDirectory() as folder:
            block = make(Path(folder), programs, {})
        for page in (README, TRANSLATED):
            before, _, rest = page.read_text(encoding="utf-8").partition(start)
            after = rest.partition(end)[2]
            page.write_text(before + start + block + end + after, encoding="utf-8")


if __name__ == "__main__":
    main()
