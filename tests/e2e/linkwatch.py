"""Makes linkwatch as its page says, and writes what that printed into docs/linkwatch.md.

`python -m tests.e2e.linkwatch`, with fastforge installed beside that Python; takes minutes. A test
makes it again and compares, but for what varies.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.e2e import transcript

PAGE = REPOSITORY / "docs" / "linkwatch.md"
SCRIPT, BY_HAND = (PAGE.with_suffix("") / name for name in ("make.sh", "by-hand.patch"))
WRITER = "python -m tests.e2e.linkwatch"
VARYING = (
    (r"\b[0-9a-f]{12}\.py", "ID.py"),
    (r"\b[A-Z][a-z]{2} \d{4}-\d\d-\d\d \S+", "DATE"),
    (r"fastforge \d+\.\d+\.\d+|within \d+\.\d+\.\d+", "VERSION"),
)
HOW_FAR = re.compile(r"tests: \d+ of \d+$")
Lines = tuple[int, int]


def made(folder: Path, programs: Path, variables: Mapping[str, str], *database: str) -> str:
    """Run the script in an empty folder; give the block of what it says, raises if it fails."""
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-v", SCRIPT, *database],  # -v: each line as it is read
        cwd=folder,
        env={**os.environ, **transcript.GIT, "COLUMNS": "100", **variables, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{SCRIPT.name}: exit {done.returncode}\n{done.stdout}")
    return _block(done.stdout.replace(str(folder), "/home/ada"))


def commands() -> list[str]:
    """Give the commands of the script, each as it is written."""
    lines = SCRIPT.read_text().replace("\\\n", "\\\0").splitlines()
    written = [line.replace("\0", "\n") for line in lines]
    return [line for line in written if line.startswith(("fastforge ", "cd "))]


def shown() -> str:
    """Give the block of the commands alone."""
    return "\n".join(["```console", *commands(), "```"]) + "\n"


def table(project: Path) -> str:
    """Give the rows of what is written by hand, beside what the script left."""
    written = by_hand(project)
    rows = [f"| `{path}` | {new} | {old} |" for path, (new, old) in written.items()]
    head = ["| File | Lines by hand | instead of |", "| --- | ---: | ---: |"]
    return "\n".join([*head, *rows, _sum(project, "src"), _sum(project, "tests")]) + "\n"


def by_hand(project: Path) -> dict[str, Lines]:
    """Give how many lines of each file are new, and how many of those generated are gone."""
    rows = [row.split("\t") for row in _patched(project, "--numstat").splitlines()]
    return {path: (int(new), int(old)) for new, old, path in rows}


def generated(project: Path, folder: str) -> int:
    """Count the lines that the commands after `new` added to a folder."""
    new = ["git", "-C", str(project), "ls-files", "--others", "--exclude-standard", folder]
    files = subprocess.run(new, capture_output=True, text=True, check=True).stdout.splitlines()
    return sum(len((project / file).read_text().splitlines()) for file in files)


def _sum(project: Path, folder: str) -> str:
    lines = [lines for path, lines in by_hand(project).items() if path.startswith(folder)]
    new, old = map(sum, zip(*lines, strict=True))
    beside = round(generated(project, folder), -2)  # a line of a template less is no news
    return f"| all of `{folder}`, beside some {beside:,} generated | {new} | {old} |"


def write_by_hand(project: Path) -> None:
    """Put what is written by hand into the project."""
    _patched(project)


def _patched(project: Path, *options: str) -> str:
    apply = ["git", "-C", str(project), "apply", *options, str(BY_HAND)]
    return subprocess.run(apply, capture_output=True, text=True, check=True).stdout


def written(name: str) -> str:
    """Give the block of this name that is on the page."""
    start, end = _marks(name)
    return PAGE.read_text().partition(start)[2].partition(end)[0]


def normalised(block: str) -> str:
    """Leave out what differs from run to run and from release to release."""
    for pattern, instead in VARYING:
        block = re.sub(pattern, instead, block)
    return transcript.normalised(block)


def _block(printed: str) -> str:
    """Show each command with a prompt; leave out the rest of the script, and how far tests are."""
    script, printed = SCRIPT.read_text(), f"\n{printed}"
    for command in commands():
        assert printed.count(f"\n{command}\n") == 1, f"not once: {command}"
        printed = printed.replace(f"\n{command}\n", f"\n\n$ {command}\n")
        script = script.replace(f"{command}\n", "")
    left_out = {line for line in script.splitlines() if line}
    lines = [line.rstrip() for line in printed.splitlines()]
    said = [line for line in lines if line not in left_out and not HOW_FAR.match(line)]
    together = re.sub(r"\n{3,}", "\n\n", "\n".join(said)).strip()
    return f"```console\n{together}\n```\n"


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: {WRITER} -->\n", f"<!-- end of {name} -->"


def main() -> None:
    """Write the blocks anew."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), Path(sys.executable).parent)


def write(folder: Path, programs: Path) -> None:
    """Write the blocks anew, from a project that is made in an empty folder."""
    block = made(folder, programs, {})
    blocks = {"commands": shown(), "lines": table(folder / "linkwatch"), "transcript": block}
    page = PAGE.read_text()
    for name, block in blocks.items():
        start, end = _marks(name)
        before, _, rest = page.partition(start)
        page = before + start + block + end + rest.partition(end)[2]
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
