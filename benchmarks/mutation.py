"""How many mutants of a generated project its own tests kill, with mutmut.

Run by hand: `python benchmarks/mutation.py FOLDER [--modules A,B] [-- OPTIONS OF NEW]`. It makes
the project `shop` in FOLDER, mutates its functions, and writes `docs/proof/mutation*.json`. With
`--add 'add-module NAME ...'`, once or more, the project has these parts too. A run takes the better
part of an hour on two cores; started again with the same FOLDER it goes on, and with `--again` it
tries those anew that survived, after tests were added to the project.
Its last line is the row of all modules as JSON.
The reasons why a survivor is equivalent are written into the file by hand, and kept.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mutation_report as report
from uv import find_uv_bin

PLUGIN = Path(__file__).parent / "in_project" / "likely_first.py"
CONFIGURATION = """
[tool.mutmut]
source_paths = ["src"]
also_copy = {others}
pytest_add_cli_args = [
    "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "likely_first", "-m", "not processes",
    # Alembic keeps the stdout of the first run in the process, which is closed in the second.
    "--deselect",
    "tests/machinery/database/test_schema.py::test_the_migrations_make_what_the_models_say",
]
pytest_add_cli_args_test_selection = ["{tests}"]
timeout_multiplier = 3.0
timeout_constant = 10.0
"""


def main() -> None:
    """Make the project, run mutmut in it, write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--modules", help="such as engine,background.claim; all of them otherwise")
    parser.add_argument("--again", action="store_true", help="only those that survived")
    parser.add_argument("--name", default="mutation", help="of the files in docs/proof")
    parser.add_argument("--proof", type=Path, default=report.PROOF, help="instead of docs/proof")
    parser.add_argument("--tests", default="tests", help="those that are to notice a mutant")
    parser.add_argument("--add", action="append", default=[], help="a part: 'add-module NAME ...'")
    known, options = parser.parse_known_args()
    project = known.folder.absolute() / "shop"
    if not project.exists():
        make(project, known.tests, [option for option in options if option != "--"], known.add)
    names = [f"shop.{module}.*" for module in (known.modules or "*").split(",")]
    if known.again:
        names = [
            name for results in report.mutants(project).values() for name in report.alive(results)
        ]
        # mutmut runs the tests that it saw to reach a function, and would not know the new ones.
        (project / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    with beside(project) as servers:
        mutmut = [project / ".venv" / "bin" / "mutmut", "run", "--max-children", "2", *names]
        variables = {**environment(), **servers}
        subprocess.run(mutmut, cwd=project, check=True, env=variables, stdout=sys.stderr)
    print(json.dumps(report.write(project, known.name, known.proof)))


def make(project: Path, tests: str, options: list[str], parts: list[str]) -> None:
    """Make a project and its parts, its environment with mutmut, and mutmut's configuration."""
    project.parent.mkdir(parents=True, exist_ok=True)
    fastforge = [sys.executable, "-m", "fastforge"]
    new = [*fastforge, "new", "shop", "--yes", "--no-git", "--no-verify"]
    subprocess.run([*new, *options], cwd=project.parent, check=True, capture_output=True)
    for part in parts:
        add = [*fastforge, *shlex.split(part), "--no-verify"]
        subprocess.run(add, cwd=project, check=True, capture_output=True)
    uv = [find_uv_bin(), "--quiet"]
    for words in (["sync", "--python", sys.executable], ["pip", "install", "mutmut>=3.8,<4"]):
        subprocess.run([*uv, *words], cwd=project, check=True, env=environment())
    (library,) = (project / ".venv" / "lib").glob("python*/site-packages")
    (library / PLUGIN.name).write_text(PLUGIN.read_text())
    conftest = project / "tests" / "conftest.py"  # a broken wait is seen sooner
    conftest.write_text(re.sub(r"(LONGEST_WAIT_SECONDS = )30", r"\g<1>5", conftest.read_text()))
    skipped = {".venv", "src", "tests", "pyproject.toml", "uv.lock"}
    others = sorted(path.name for path in project.iterdir() if path.name not in skipped)
    with (project / "pyproject.toml").open("a") as file:
        file.write(CONFIGURATION.format(others=json.dumps(others), tests=tests))


@contextmanager
def beside(project: Path) -> Iterator[dict[str, str]]:
    """Start the servers that the tests need once, rather than for each mutant."""
    if not (project / "tests" / "servers").is_dir():
        yield {}
        return
    pipe, command = subprocess.PIPE, [project / ".venv" / "bin" / "python", "-m", "tests.servers"]
    with subprocess.Popen(command, cwd=project, stdin=pipe, stdout=pipe) as servers:
        assert servers.stdout  # noqa: S101 (it is a pipe)
        yield json.loads(servers.stdout.readline())


def environment() -> dict[str, str]:
    """Give the environment of the project's programs: bytecode is kept."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if name not in dropped}


if __name__ == "__main__":
    main()
