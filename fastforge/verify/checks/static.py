"""Lint, format and types, read from the tools' JSON."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fastforge.environment.uv import program
from fastforge.project.project import Project
from fastforge.verify.checks.outcome import Finding
from fastforge.verify.checks.process import Finished, broken, keep, run

_SHOWN = 5
"""Problems that are named."""


async def check_lint(project: Project, scratch: Path, paths: Sequence[str] = ()) -> Finding:
    """Run `ruff check` on `paths`, or on the whole project."""
    return await _check(project, scratch, "ruff check", ["--output-format=json", *paths])


async def check_format(project: Project, scratch: Path, paths: Sequence[str] = ()) -> Finding:
    """Run `ruff format --check` on `paths`, or on the whole project."""
    return await _check(project, scratch, "ruff format --check", ["--output-format=json", *paths])


async def check_ty(project: Project, scratch: Path, paths: Sequence[str] = ()) -> Finding:
    """Run `ty check` on `paths`, or on the whole project."""
    report = ["--output-format=gitlab", *paths]
    return await _check(project, scratch, "ty check", report, read=_read_gitlab)


async def check_mypy(project: Project, scratch: Path, paths: Sequence[str] = ()) -> Finding:
    """Run `mypy --strict` on `paths`, or on the whole project."""
    report = ["--output=json", *paths]
    return await _check(project, scratch, "mypy --strict", report, read=_read_lines)


async def _check(
    project: Project,
    scratch: Path,
    command: str,
    options: Sequence[str],
    read: "Callable[[str], list[str]] | None" = None,
) -> Finding:
    name, *arguments = command.split()
    finished = await run([program(project.root, name), *arguments, *options], project.root)
    try:
        problems = _relative((read or _read_ruff)(finished.stdout), project.root)
    except (ValueError, KeyError, TypeError):
        return broken(finished, scratch, command.replace(" ", "-"))
    if finished.code and not problems:
        return broken(finished, scratch, command.replace(" ", "-"))
    return _finding(finished, problems, scratch, command)


def _finding(finished: Finished, problems: list[str], scratch: Path, command: str) -> Finding:
    if not finished.code:
        return Finding(passed=True, summary="clean", facts={"problems": 0})
    more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
    return Finding(
        passed=False,
        summary=f"{len(problems)} problem{'s' if len(problems) > 1 else ''}",
        facts={"problems": len(problems)},
        problems=(*problems[:_SHOWN], *more),
        log=keep(finished, scratch, command.replace(" ", "-")),
    )


def _relative(problems: list[str], root: Path) -> list[str]:
    return [problem.removeprefix(f"{root}/") for problem in problems]


def _read_ruff(report: str) -> list[str]:
    return [
        f"{item['filename']}:{item['location']['row']}: {item['code']} {item['message']}"
        for item in _items(report)
    ]


def _read_gitlab(report: str) -> list[str]:
    return [
        f"{item['location']['path']}:{item['location']['positions']['begin']['line']}: "
        f"{item['description']}"
        for item in _items(report)
    ]


def _read_lines(report: str) -> list[str]:
    items = [json.loads(line) for line in report.splitlines() if line.startswith("{")]
    return [
        f"{item['file']}:{item['line']}: {item['message']} [{item['code']}]"
        for item in items
        if item["severity"] == "error"
    ]


def _items(report: str) -> Iterator[dict[str, Any]]:
    yield from json.loads(report) if report.strip() else []
