"""Writes what mutmut found in a project to `docs/proof/`.

One file has a row for each module, the other one for each survivor. Why a survivor is equivalent is
written into that file by hand, and kept.
"""

import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from fastforge.changes.opening import open_project

PROOF = Path(__file__).resolve().parent.parent / "docs" / "proof"
NOTE = (
    "The functions of a generated project, mutated by mutmut 3, and its own tests but for those "
    "that start processes. A mutant that hangs counts as killed. Only code in functions is "
    "mutated, and what runs at import cannot be judged: mutmut switches a mutant on later."
)
KILLED, TIMED_OUT = {1, 3}, {-24, 24, 36, 152, 255}
SURVIVED = {0, 5, 33}
"""Exit codes of pytest, and of mutmut where it ran none: 33 is no test."""


def mutants(project: Path) -> dict[str, dict[str, int | None]]:
    """Give the exit code of the tests of each mutant, by module; None: not run."""
    root = project / "mutants" / "src" / "shop"
    found = {}
    for file in sorted(root.rglob("*.meta")):
        module = file.relative_to(root).as_posix().removesuffix(".py.meta")
        if results := json.loads(file.read_text())["exit_code_by_key"]:
            found[module] = results
    return found


def alive(results: Mapping[str, int | None]) -> list[str]:
    """Give the mutants that no test killed."""
    return [name for name, code in results.items() if code in SURVIVED]


def write(project: Path, name: str, folder: Path) -> Mapping[str, object]:
    """Write a row for each module that was tried, and one for each survivor; give that of all."""
    rows, survivors = [], []
    total, whole = Counter[str](), 0
    for module, results in mutants(project).items():
        if counts := count(results):
            total, whole = total + counts, whole + len(results)
            rows.append(row(module, len(results), counts))
            survivors += [{"module": module, **change(project, each)} for each in alive(results)]
    rows.append(row("all", whole, total))
    answers = open_project(project).answers
    combination = f"{answers.database}, jobstore {answers.jobstore}"
    note = f"{NOTE} Measured on {date.today()}."  # noqa: DTZ011
    file = folder / f"{name}.json"
    save(file, f"Mutants of a generated project: {combination}", note, rows)
    file = folder / f"{name}-survivors.json"
    save(
        file,
        f"Mutants that its tests do not kill: {combination}",
        "Each with why no test can tell it from the original; those without a reason can be told.",
        with_reasons(file, survivors),
    )
    return rows[-1]


def count(results: Mapping[str, int | None]) -> Counter[str]:
    """Count the mutants that were run, by what became of them."""
    kinds = {"killed": KILLED, "timeout": TIMED_OUT, "survived": SURVIVED}
    found: Counter[str] = Counter()
    for code in results.values():
        found.update(kind for kind, codes in kinds.items() if code in codes)
    return found


def row(module: str, mutants: int, counts: Counter[str]) -> dict[str, object]:
    """Give one line of the table; `score` is in percent of those that were run."""
    killed = counts["killed"] + counts["timeout"]
    score = round(100 * killed / counts.total(), 1) if counts else None
    numbers = {kind: counts[kind] for kind in ("killed", "timeout", "survived")}
    return {"module": module, "mutants": mutants, "run": counts.total(), **numbers, "score": score}


def change(project: Path, mutant: str) -> dict[str, str]:
    """Give the function and the line before and after."""
    command = [project / ".venv" / "bin" / "mutmut", "show", mutant]
    done = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for line in done.stdout.splitlines():
        if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"}:
            lines[line[0]].append(line[1:].strip())
    function = mutant.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x")
    return {
        "function": function.strip("ǁ").replace("ǁ", ".").removeprefix("_"),
        "before": " ".join(lines["-"]),
        "after": " ".join(lines["+"]),
    }


def with_reasons(file: Path, survivors: list[dict[str, str]]) -> list[dict[str, str]]:
    """Add the reasons of the file that is there."""
    there = json.loads(file.read_text())["rows"] if file.exists() else []
    known = {(each["module"], each["before"], each["after"]): each["why"] for each in there}
    key = ("module", "before", "after")
    return [{**each, "why": known.get(tuple(each[k] for k in key), "")} for each in survivors]


def save(file: Path, title: str, note: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write one section of the proof."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"title": title, "note": note, "rows": rows}, indent=2, ensure_ascii=False)
    file.write_text(f"{text}\n")
