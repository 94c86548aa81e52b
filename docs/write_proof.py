"""Write `docs/proof.md` from the results that tests and tools left.

    pytest --exhaustive && python docs/write_proof.py

Each `docs/proof/*.json` is one section of the page, with columns in their own order:
`{"title": ..., "note": ..., "rows": [{column: value, ...}, ...]}`. The tests of an exhaustive run
leave a file a row in pytest's cache folder, and those take the place of the section's rows; what
other tools measure they write to a section of their own.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, object]
HERE = Path(__file__).parent
SECTIONS = HERE / "proof"
COLLECTED = HERE.parent / ".pytest_cache" / "d" / "proof"
ORDER = (
    *("combinations", "versions", "bounds", "fuzzing", "mutation", "mutation-survivors"),
    *("mutation-postgresql", "mutation-postgresql-survivors"),
    *("mutation-queues", "mutation-queues-survivors"),
    *("mutation-modules", "mutation-modules-survivors"),
)
"""The order of the page; other sections follow by name."""
PACKAGES = (
    *("fastforge", "uv", "fastapi", "starlette", "pydantic", "sqlalchemy", "alembic", "psycopg"),
    *("redis", "apscheduler", "uvicorn", "pytest", "mypy", "ty", "ruff"),
)
HEAD = """\
# Proof

Written by `python docs/write_proof.py`; what each part means and how to repeat it is in
[CONTRIBUTING](../CONTRIBUTING.md).
"""


def main() -> None:
    """Collect what tests left, then write the page."""
    for folder in sorted(COLLECTED.glob("*/")):
        results = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]
        replace_rows(SECTIONS / f"{folder.name}.json", [result["row"] for result in results])
        if folder.name == "combinations":
            replace_rows(SECTIONS / "versions.json", versions(results))
    (HERE / "proof.md").write_text(page(SECTIONS))


def replace_rows(section: Path, rows: Sequence[Row]) -> None:
    """Give a section new rows; title and note stay, but not what is said of older rows."""
    facts = {**json.loads(section.read_text()), "rows": rows}
    facts.pop("older", None)
    section.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def versions(results: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Give a row for each package of interest: with which versions the projects were tried."""
    found = {
        name: {result["versions"][name] for result in results if name in result["versions"]}
        for name in PACKAGES
    }
    return [{"package": n, "version": ", ".join(sorted(v))} for n, v in found.items() if v]


def page(folder: Path) -> str:
    """Give the page for a folder of sections."""
    names = {file.stem: file for file in sorted(folder.glob("*.json"))}
    ordered = [names.pop(name) for name in ORDER if name in names] + list(names.values())
    return "\n".join([HEAD, *(section(json.loads(file.read_text())) for file in ordered)])


def section(facts: Mapping[str, Any]) -> str:
    """Give a section: title, note, and its rows as a table."""
    rows: Sequence[Row] = facts["rows"]
    lines = [f"## {facts['title']}", "", facts["note"], ""]
    lines += [facts["older"], ""] if "older" in facts else []
    return "\n".join([*lines, *(table(rows) if rows else ["Not run yet."]), ""])


def table(rows: Sequence[Row]) -> list[str]:
    """Give rows as a Markdown table; columns stand in the order in which rows bring them."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[_cell(row.get(column)) for column in columns] for row in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
