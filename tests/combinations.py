"""Which combinations of options are tried: first a covering array, then the others.

First come few rows in which every pair of two options that change code occurs in-process, and fewer
in which every option's values occur with an engine: such a project's tests take longer. Then comes
a row for each other combination that differs in code. What changes no code (a
Dockerfile, a workflow, the Python) is spread over the rows: in all of them together each pair of
two values occurs. So are the EXTRAS, which have files of their own.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from fastforge.answers.project import AUTHS, PYTHONS, valid_combinations
from fastforge.answers.values import Value

Row = dict[str, Value]
Choices = tuple[tuple[str, Value], ...]
WITHOUT_CODE = ("docker", "ci", "python")
"""Options that change no line of Python in a project."""
EXTRAS: dict[str, tuple[Value, ...]] = {
    "auth": AUTHS,
    "dependabot": (True, False),
    "pre_commit": (True, False),
    "justfile": (True, False),
    "security_headers": (True, False),
    "cors": (False, True),
    "telemetry": (False, True),
}
"""Options with files of their own, which hardly touch others: the usual value first."""
SLOW = "3.12"
"""Tests with coverage take half as long again there, so it has no more rows than are needed."""
_TRIES = 60
"""The greedy choice breaks ties by chance; the best of some tries saves a row or two."""


@cache
def interpreters() -> dict[str, str]:
    """Find a Python of each version that is offered: on the path, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found: dict[str, str] = {}
    for version in PYTHONS:
        named = shutil.which(f"python{version}")
        candidates = [*([named] if named else []), *map(str, pyenv.glob(f"{version}.*/bin/python"))]
        if working := next(filter(None, (_real(each, version) for each in candidates)), None):
            found[version] = working
    return found


def pairwise(every: Sequence[Row], size: int = 2) -> list[Row]:
    """Give few rows that have every pair of two options' values, or `size` of them."""
    tries = (_cover(every, size, random.Random(seed)) for seed in range(_TRIES))  # noqa: S311
    return min(tries, key=len)


def spread(rows: Iterable[Row]) -> list[Row]:
    """Give each row values of the EXTRAS: those with most pairs that no row before it has."""
    chance, covered, full = random.Random(0), set[Choices](), list[Row]()  # noqa: S311
    for row in rows:
        drawn = ({o: chance.choice(values) for o, values in EXTRAS.items()} for _ in range(12))
        tried = [(row | extras, pairs([row | extras])) for extras in drawn]
        best, its_pairs = max(tried, key=lambda each: len(each[1] - covered))
        full.append(best)
        covered |= its_pairs
    return full


def has_engine(row: Row) -> bool:
    """Tell whether workers of an engine run what the project queues."""
    return row["engine"] != "inprocess"


def chosen(every: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Give a row for each combination that differs in code: first few, then the others.

    The few have every pair of those in-process, and every value of those with an engine.

    Of the rows that differ in no code it is the one with most pairs that were not there before, and
    of those it is one of a Python that is not slow.
    """
    by_code: dict[Choices, list[Row]] = {}
    for row in random.Random(0).sample(every, len(every)):  # noqa: S311
        by_code.setdefault(tuple(code_of(row).items()), []).append(row)
    codes = [dict(code) for code in by_code]
    few = pairwise([code for code in codes if not has_engine(code)])
    few += pairwise([code for code in codes if has_engine(code)], size=1)
    first = [tuple(code.items()) for code in few]
    rows, covered = list[Row](), set[Choices]()
    for code in [*first, *(code for code in by_code if code not in first)]:
        rows.append(
            max(by_code[code], key=lambda row: (len(pairs([row]) - covered), row["python"] != SLOW))
        )
        covered |= pairs(rows[-1:])
    return rows[: len(first)], rows[len(first) :]


def pairs(some: Iterable[Row], size: int = 2) -> frozenset[Choices]:
    """Give every pair of two options' values that occurs together, or every `size` of them."""
    return frozenset(pair for row in some for pair in combinations(row.items(), size))


def code_of(row: Row) -> Row:
    """Give the options of a row that change code."""
    return {option: value for option, value in row.items() if option not in WITHOUT_CODE}


def name_of(row: Row) -> str:
    """Give the id of a row, such as `sqlite-database-metrics-docker-github-examples-3.11`."""
    usual = {"engine": "inprocess", "broker": "none", **{o: v[0] for o, v in EXTRAS.items()}}
    return "-".join(
        _word(option, value) for option, value in row.items() if usual.get(option) != value
    )


def every_row(pythons: Iterable[str]) -> list[Row]:
    """Give every valid combination with every Python."""
    return [{**row, "python": python} for row in valid_combinations() for python in pythons]


def all_chosen() -> list[Row]:
    """Give a row for each combination that differs in code, with the Pythons of this machine."""
    first, others = chosen(every_row(interpreters()))
    return spread(first + others)


def parameters(why: str, **fixed: Value) -> list[pytest.ParameterSet]:
    """Give rows as test parameters; `why` says why all but the first are for --exhaustive."""
    every = [row for row in every_row(interpreters()) if fixed.items() <= row.items()]
    first, others = chosen(every)
    rows, mark = spread(first + others), pytest.mark.exhaustive(why)
    return [
        *(pytest.param(row, id=name_of(row)) for row in rows[: len(first)]),
        *(pytest.param(row, id=name_of(row), marks=mark) for row in rows[len(first) :]),
    ]


def _cover(every: Sequence[Row], size: int, chance: random.Random) -> list[Row]:
    """Choose the row with most new pairs, again and again; chance breaks ties."""
    shuffled = [(row, pairs([row], size)) for row in chance.sample(every, len(every))]
    uncovered, rows = set(pairs(every, size)), list[Row]()
    while uncovered:
        row, its_pairs = max(shuffled, key=lambda each: len(each[1] & uncovered))
        rows.append(row)
        uncovered -= its_pairs
    return rows


def _word(option: str, value: Value) -> str:
    if isinstance(value, bool):
        return option if value else f"no_{option}"
    return f"no_{option}" if value == "none" else value


def _real(program: str, version: str) -> str | None:
    """Give the Python behind a name if it is such a one.

    pyenv's shims are there even for one that is not, and uv makes an environment anew whose Python
    it is told by another name.
    """
    ask = "import os, sys; print(*sys.version_info[:2], os.path.realpath(sys.executable))"
    done = subprocess.run([program, "-c", ask], capture_output=True, text=True, check=False)
    major, minor, executable = (done.stdout.strip() or "0 0 ").split(" ", 2)
    return executable if f"{major}.{minor}" == version else None
