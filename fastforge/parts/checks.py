"""The checks of one part: its own tests, discovery's, and its files' lint, format and types."""

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath

from fastforge.project.project import Project
from fastforge.verify.checks import static, tests
from fastforge.verify.running import Check

_REGISTRY_TESTS = ("tests/machinery/process/test_discovery.py", "tests/test_discovery.py")
_SCHEMA_TESTS = ("tests/machinery/database/test_schema.py", "tests/test_schema.py")
"""Compare the migrations with the models; in newer projects, and in those of before."""


def part_checks(project: Project, sources: Sequence[str]) -> tuple[Check, ...]:
    """Give what a part can break, for its Python files."""
    own = [
        path
        for path in sources
        if path.startswith("tests/") and PurePosixPath(path).name.startswith("test_")
    ]
    migrates = any("migrations/versions/" in path for path in sources)
    others = (*_REGISTRY_TESTS, *(_SCHEMA_TESTS if migrates else ()))
    own += [path for path in others if (project.root / path).is_file()]
    words = shlex.join(sources)
    return (
        Check(
            "tests",
            f"uv run pytest {shlex.join(own)}",
            partial(tests.check_tests, paths=own),
        ),
        Check("lint", f"uv run ruff check {words}", partial(static.check_lint, paths=sources)),
        Check(
            "format",
            f"uv run ruff format --check {words}",
            partial(static.check_format, paths=sources),
        ),
        Check("types (ty)", f"uv run ty check {words}", partial(static.check_ty, paths=sources)),
    )
