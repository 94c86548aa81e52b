"""How many mutants of what `add-*` writes the tests notice that it writes with it.

    python benchmarks/mutants_of_parts.py [FOLDER] [--parts NAME,NAME]

makes a project in FOLDER (a temporary one if not given) with a job of each kind of schedule, two
tasks of many types, a module with a gateway and one with owners, a relation and files, and lets
cosmic-ray change each of their files.
Each mutant costs a run of the part's own tests: hours in all. A run that was cut off goes on
where it was, if it is given the same folder. The last line is the counts as JSON; exit code
1 if fewer than 90 % of all parts are killed.

Left out are mutants of `|`: in these files it joins types, and each of them is killed by an import.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fastforge.environment.uv import child_environment, program, set_up, uv_binary
from fastforge.terminal.console import aligned

TOOL = ("tool", "run", "--quiet", "--from", "cosmic-ray>=8.4")
ENOUGH = 0.9
SCHEMA = "tests/machinery/database/test_schema.py"
FIELDS = """
    name:str{1,80} sku:str{3,20},unique price:Decimal>=0,index stock:int=0 weight:float|None=None
    active:bool=true released_on:date sold_at:datetime batch:UUID contact:EmailStr
    site:HttpUrl=https://example.com tags:list[str{1,20}]{,5}=[]
""".split()
PARAMS = """
    email:EmailStr copies:int>=1<=10=1 amount:Decimal>0 due_on:date tags:list[str{1,8}]{,3}=[]
    note:str{1,80}|None=None
""".split()
MORE_PARAMS = "at:datetime batch:UUID url:HttpUrl ratio:float<=1=0.5 dry:bool=false".split()
JOBS = (
    ("sweep", "--every", "15m", "--retries", "2"),
    ("report", "--daily", "03:30", "--timezone", "Europe/Berlin", "--async"),
    ("invoices", "--cron", "30 2 1 * 1-5", "--timezone", "America/New_York", "--no-coalesce"),
    ("move_house", "--at", "2099-12-01T09:00", "--jitter", "30s", "--disabled"),
)
TASKS = (
    ("send_invoice", *(word for param in PARAMS for word in ("--param", param))),
    (
        *("import_rows", "--async", "--idempotent", "--retries", "0", "--route", "/imports"),
        *(word for param in MORE_PARAMS for word in ("--param", param)),
    ),
)
MODULES = (
    (
        *("products", "--gateway", *(word for field in FIELDS for word in ("--field", field))),
        *("--filter", "stock>=,sku,active", "--sort", "name,stock", "--search", "name"),
    ),
    (
        *("reviews", "--owned", "--field", "product:->products,cascade"),
        *("--field", "stars:enum(poor,fair,good)", "--field", "title:str{1,80},unique"),
        *("--field", "photo:file{,5MB}", "--field", "about:json|None"),
        *("--filter", "stars,created_at>=", "--sort", "title", "--search", "title"),
    ),
)

Mutant = tuple[str, str, str]
"""A file, what became of its mutant ("killed", "survived" or what went wrong), and the diff."""


def main() -> None:
    """Print killed and survived a file, then each survivor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--parts", help="only these, such as sweep,products")
    chosen = parser.parse_args()
    folder = (chosen.folder or Path(tempfile.mkdtemp())).resolve()
    names = chosen.parts.split(",") if chosen.parts else [name for _, name in parts()]
    shop = folder / "shop"
    if not shop.exists():
        make(folder, shop)
    mutants: list[Mutant] = []
    for kind, name in (each for each in parts() if each[1] in names):
        mutants += mutate(shop, folder / name, *places(kind, name))
    report(mutants)
    killed = sum(outcome == "killed" for _, outcome, _ in mutants)
    print(f"\n{killed} of {len(mutants)} killed: {killed / len(mutants):.1%}, in {folder}")
    print(json.dumps({"mutants": len(mutants), "killed": killed}))
    sys.exit(not chosen.parts and killed < ENOUGH * len(mutants))


def parts() -> Iterator[tuple[str, str]]:
    """Give the kind and name of each part."""
    yield from (("job", words[0]) for words in JOBS)
    yield from (("task", words[0]) for words in TASKS)
    yield from (("module", words[0]) for words in MODULES)


def places(kind: str, name: str) -> tuple[str, list[str]]:
    """Give the source that is changed, and the tests that are to notice it."""
    if kind == "module":
        return f"src/shop/modules/{name}", [f"tests/modules/{name}", SCHEMA]
    return f"src/shop/{kind}s/{name}.py", [f"tests/{kind}s/test_{name}.py"]


def make(folder: Path, shop: Path) -> None:
    """Make the project, its parts and its environment, and see the tests pass."""
    folder.mkdir(parents=True, exist_ok=True)
    fastforge("new", "shop", "--yes", "--no-verify", "-C", str(folder))
    commands = [("add-job", *words) for words in JOBS]
    commands += [("add-task", *words) for words in TASKS]
    for command in (*commands, *(("add-module", *words) for words in MODULES)):
        fastforge(*command, "--no-verify", "-C", str(shop))
    set_up(shop)
    tests = [path for part in parts() for path in places(*part)[1]]
    run([program(shop, "python"), "-m", "pytest", "-q", *dict.fromkeys(tests)], shop)


def mutate(shop: Path, session: Path, source: str, tests: list[str]) -> Iterator[Mutant]:
    """Change `source` in each way, run `tests` against it, and give what became of it."""
    config, database = session.with_suffix(".toml"), session.with_suffix(".sqlite")
    if not database.exists():
        command = [program(shop, "python"), "-m", "pytest", "-q", "-x", "-p", "no:randomly"]
        config.write_text(
            f'[cosmic-ray]\nmodule-path = "{source}"\ntimeout = 120.0\nexcluded-modules = []\n'
            f'test-command = "{" ".join([*command, *tests])}"\n'
            '[cosmic-ray.distributor]\nname = "local"\n'
            "[cosmic-ray.filters.operators-filter]\n"
            'exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]\n'
        )
        cosmic_ray(shop, "cosmic-ray", "init", str(config), str(database))
        cosmic_ray(shop, "cr-filter-operators", str(database), str(config))
    cosmic_ray(shop, "cosmic-ray", "exec", str(config), str(database))
    for line in cosmic_ray(shop, "cosmic-ray", "dump", str(database)).splitlines():
        work, result = json.loads(line)
        if result["worker_outcome"] != "skipped":
            outcome = result["test_outcome"] or result["worker_outcome"]
            yield work["mutations"][0]["module_path"], outcome, result["diff"] or ""


def report(mutants: list[Mutant]) -> None:
    """Print a line a file, then what was changed unseen."""
    counts = Counter((path, outcome == "killed") for path, outcome, _ in mutants)
    paths = dict.fromkeys(path for path, _, _ in mutants)
    rows = [(path, str(counts[path, True]), str(counts[path, False])) for path in paths]
    print(aligned([("file", "killed", "survived"), *rows]))
    for path, outcome, diff in mutants:
        if outcome != "killed":
            changed = [line for line in diff.splitlines() if line[:1] in "+-"][2:]
            print(f"\n{path} {outcome}", *changed, sep="\n")


def fastforge(*arguments: str) -> None:
    """Run the command of this checkout."""
    run([sys.executable, "-m", "fastforge", *arguments], Path.cwd())


def cosmic_ray(shop: Path, *arguments: str) -> str:
    """Run a program of cosmic-ray in the project."""
    return run([uv_binary(), *TOOL, *arguments], shop)


def run(command: list[str], folder: Path) -> str:
    """Run a program, and end with what it said if it fails.

    Bytecode is not written: a mutant of the same size in the same second would not be seen.
    """
    environment = child_environment({"PYTHONDONTWRITEBYTECODE": "1"})
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    os.environ["COLUMNS"] = "100"
    main()
