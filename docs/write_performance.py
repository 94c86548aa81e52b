"""Write `docs/performance.md` from the figures that `benchmarks/all.py` left.

    python benchmarks/all.py && python docs/write_performance.py [FOLDER FILE]

Each `docs/performance/*.json` is a part: its figures, and when, where and of what they were taken;
`parts.toml` says what each part is.
"""

import json
import statistics
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from write_proof import table

Facts = Mapping[str, Any]
Row = dict[str, object]
HERE = Path(__file__).parent
FIGURES = HERE / "performance"
HEAD = """\
# Performance

Written by `python docs/write_performance.py` from what `python benchmarks/all.py` measured. Compare
the figures of one table only: the machine is small, and not always equally fast. What is compared
takes turns in one run; a figure is the median of its rounds.{old}
"""
OLD = """ `{}` is an older build of
ours; a ratio is the figure of this build divided by that of the older one."""
LEFT_OUT = {"rounds_seconds", "build"}
"""Figures that are in no table."""
PARTS = tomllib.loads((FIGURES / "parts.toml").read_text())


def main() -> None:
    """Write the page, or another one from another folder."""
    folder, file = sys.argv[1:] or (FIGURES, HERE / "performance.md")
    Path(file).write_text(page(Path(folder)))


def page(folder: Path) -> str:
    """Give the page for a folder of parts."""
    parts = {name: folder / f"{name}.json" for name in PARTS}
    found = {name: json.loads(file.read_text()) for name, file in parts.items() if file.exists()}
    old = next((OLD.format(facts["old"]) for facts in found.values()), "")
    sections = [section(name, found.get(name)) for name in PARTS]
    return "\n".join([HEAD.format(old=old), *sections, versions(found.values())])


def section(name: str, facts: Facts | None) -> str:
    """Give a part of the page: what it is, its tables, and how they were made."""
    lines = [f"## {PARTS[name]['title']}", "", PARTS[name]["note"].strip(), ""]
    if facts is None:
        return "\n".join([*lines, "Not run yet.", ""])
    for rows in tables(name, facts):
        lines += [*table(rows), ""]
    return "\n".join([*lines, origin(facts), ""])


def origin(facts: Facts) -> str:
    """Say when, where and of what the figures of a part were taken."""
    machine = facts["machine"]
    return (
        f"`{facts['command']}` on {facts['date']}, this build at commit {facts['commit']}: "
        f"{facts['seconds']} s, {machine['cores']} cores, {machine['kernel']}, "
        f"Python {machine['python']}."
    )


def versions(parts: Iterable[Facts]) -> str:
    """Give the versions of all packages."""
    found: dict[str, set[str]] = {}
    for facts in parts:
        for name, version in facts["versions"].items():
            found.setdefault(name, set()).add(version)
    texts = [f"{name} {' and '.join(sorted(found[name]))}" for name in sorted(found)]
    return f"## Versions\n\n{', '.join(texts)}\n" if texts else ""


def tables(name: str, facts: Facts) -> Iterator[Sequence[Row]]:
    """Give the tables of a part."""
    figures: Mapping[str, Any] = facts["figures"]
    if name == "runner":
        yield list(drained(figures["drained"], facts["old"]))
        return
    if name == "engines":
        yield list(with_engine(figures["engines"]))
        return
    if name == "memory":
        yield [
            {"after tasks": f"{row['tasks']:,}", "RSS MiB": row["rss_mib"]}
            for row in figures["memory"]
        ]
        yield [
            {"idle process": label, "RSS MiB": row["rss_mib"], "PSS MiB": row["pss_mib"]}
            for label, row in figures["idle"].items()
        ]
        return
    for found in figures.values():
        yield compared(found) if isinstance(found, list) else alone(found)


def drained(rows: Sequence[Facts], old: str) -> Iterator[Row]:
    """Give a row for each that drained a queue, beside ours."""
    rates = {row["name"]: row["runs_a_second"] for row in rows}
    for row in rows:
        name = row["name"]
        before = rates.get(name.replace("this build", old)) if "this build" in name else None
        yield {
            "": name,
            "runs a second": f"{row['runs_a_second']:,.0f}",
            "rounds": ", ".join(f"{rate:,.0f}" for rate in row["rounds_runs_a_second"]),
            "CPU us each": f"{row['cpu_us']:,.0f}",
            f"times {old}": before and f"{row['runs_a_second'] / before:.1f}",
            "this build on SQLite is": _times(
                rates.get("this build, SQLite"), row["runs_a_second"]
            ),
            "on PostgreSQL": _times(rates.get("this build, PostgreSQL"), row["runs_a_second"]),
            "tasks": f"{row['tasks']:,}",
            "worker": f"`{row['worker']}`",
        }


BARE = {"ours, celery": "bare celery, threads", "ours, taskiq": "bare taskiq"}
LATENCIES = {"relay": "median, 99 % ms", "other": "of another process"}


def with_engine(rows: Sequence[Facts]) -> Iterator[Row]:
    """Give a row for each engine, ours beside the bare one."""
    rates = {row["name"]: row["runs_a_second"] for row in rows}
    for row in rows:
        late = {
            label: f"{row[f'median_ms_{where}']}, {row[f'p99_ms_{where}']}"
            for where, label in LATENCIES.items()
            if f"median_ms_{where}" in row
        }
        bare = rates.get(BARE.get(row["name"], ""))
        yield {
            "": row["name"],
            "queued a second": f"{row['queued_a_second']:,.0f}",
            "runs a second": f"{row['runs_a_second']:,.0f}",
            "rounds": ", ".join(f"{rate:,.0f}" for rate in row["rounds_runs_a_second"]),
            "of bare": bare and f"{row['runs_a_second'] / bare:.2f}",
            **dict.fromkeys(LATENCIES.values()),
            **late,
            "worker": f"`{row['worker']}`",
        }


def _times(ours: float | None, theirs: float) -> str | None:
    return f"{ours / theirs:.2f} times" if ours else None


def compared(found: Sequence[Facts]) -> Sequence[Row]:
    """Give a row for each figure, with a column for each build, and their ratio."""
    columns: dict[str, dict[str, object]] = {}
    for each in found:
        rounds = each.get("rounds", [each])
        for label, value in medians(rounds).items():
            place = f"{each['database']}, {label}" if "database" in each else label
            columns.setdefault(place, {})[each["build"]] = value
    builds = list(dict.fromkeys(each["build"] for each in found))
    return [
        {"": label}
        | {build: values.get(build) for build in builds}
        | {"ratio": _ratio([values.get(build) for build in builds])}
        for label, values in columns.items()
    ]


def alone(found: object) -> Sequence[Row]:
    """Give a row for each figure."""
    return [{"": label, "this build": value} for label, value in medians([found]).items()]


def _ratio(values: Sequence[object]) -> str | None:
    match values:
        case [int() | float() as new, int() | float() as old] if old:
            return f"{new / old:.2f}"
    return None


def medians(rounds: Sequence[object]) -> dict[str, object]:
    """Give the median of each figure over the rounds, by its place."""
    found: dict[str, list[object]] = {}
    for each in rounds:
        for label, value in flat(each):
            found.setdefault(label, []).append(value)
    return {label: _median(values) for label, values in found.items()}


def _median(values: Sequence[object]) -> object:
    numbers = [value for value in values if isinstance(value, int | float)]
    return round(statistics.median(numbers), 3) if len(numbers) == len(values) else values[-1]


def flat(found: object, label: str = "") -> Iterator[tuple[str, object]]:
    """Give each figure with its place: the keys above it, and the words beside it in a list."""
    if isinstance(found, Mapping):
        for key, value in found.items():
            if key in LEFT_OUT:
                continue
            named = isinstance(value, list) and all(_words(each) for each in value)
            yield from flat(value, label if named else _join(label, key.replace("_", " ")))
    elif isinstance(found, list):
        for position, each in enumerate(found, 1):
            words = _words(each)
            numbers = {k: v for k, v in each.items() if v not in words} if words else each
            yield from flat(numbers, _join(label, " ".join(words) or str(position)))
    else:
        yield label, found


def _words(found: object) -> list[str]:
    values = found.values() if isinstance(found, Mapping) else ()
    return [value for value in values if isinstance(value, str)]


def _join(label: str, more: str) -> str:
    return f"{label}, {more}" if label else more


if __name__ == "__main__":
    main()
