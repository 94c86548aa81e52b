"""Every combination of options, as a person makes it: created, tested, linted, typed, started.

The default run has few in which each value of each option occurs, and leaves coverage, mypy and the
tests that start processes to `--exhaustive`.
"""

import json
import shutil
from typing import Any

import pytest

from fastforge.errors import VerificationError
from tests.combinations import Row, all_chosen, name_of, pairwise
from tests.conftest import Fastforge, Record
from tests.e2e.conftest import Made, how_to_repeat
from tests.environments import versions

pytestmark = pytest.mark.e2e


ROWS = all_chosen()
FEW = pairwise(ROWS, size=1)
OTHERS = [row for row in ROWS if row not in FEW]
MORE = pytest.mark.exhaustive("one more combination, some minutes")


@pytest.mark.parametrize(
    "row",
    [
        *(pytest.param(row, id=name_of(row)) for row in FEW),
        *(pytest.param(row, id=name_of(row), marks=MORE) for row in OTHERS),
    ],
)
def test_a_project_passes_all_its_checks(
    row: Row, made: Made, fastforge: Fastforge, record: Record, request: pytest.FixtureRequest
) -> None:
    whole = request.config.getoption("--exhaustive")
    project, seed = made(row, types=whole), request.config.getoption("randomly_seed", 1)

    verified = fastforge(
        *("verify", "--json", "-C", str(project), *([] if whole else ["--quick"])),
        UV_OFFLINE="1",  # the environment is there
        PYTEST_ADDOPTS=f"--randomly-seed={seed}",
    )

    again = verified.err + how_to_repeat(project, request)
    assert verified.code in {0, VerificationError.exit_code}, again
    checks = json.loads(verified.out)["verification"]["checks"]
    record(_row_of_proof(row, checks), versions(project))
    assert not _failed(checks), again
    shutil.rmtree(project.parent)


def _row_of_proof(row: Row, checks: list[dict[str, Any]]) -> dict[str, object]:
    facts, failed = _facts(checks), _failed(checks)
    return {
        "combination": name_of({name: row[name] for name in row if name != "python"}),
        "Python": row["python"],
        "result": f"failed: {', '.join(failed)}" if failed else "passed",
        "tests": facts.get("tests"),
        "coverage": facts.get("coverage_percent"),
        "seconds": round(max(check["seconds"] for check in checks)),
    }


def _failed(checks: list[dict[str, Any]]) -> list[str]:
    """Name the checks that failed; a line without a test or a skipped test is a failure too."""
    facts = _facts(checks)
    failed = [check["check"] for check in checks if not check["passed"]]
    failed += ["coverage"] if facts.get("coverage_percent", 100) != 100 else []
    return failed + (["skipped tests"] if facts.get("skipped") else [])


def _facts(checks: list[dict[str, Any]]) -> dict[str, float]:
    return {name: fact for check in checks for name, fact in check["facts"].items()}
