"""Each project with the oldest versions it allows, and with the next of what it stands on."""

import shutil
from pathlib import Path

import pytest

from fastforge.changes.opening import open_project
from fastforge.changes.staging import write_files
from fastforge.render import render
from fastforge.verify.report import Report
from fastforge.verify.running import CHECKS, verify
from tests.combinations import Row, all_chosen, interpreters, name_of
from tests.conftest import Record
from tests.e2e.conftest import Made, how_to_repeat
from tests.environments import Environments, needs_most, versions

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive("oldest and next versions")]

EVERY = [pytest.param(row, id=f"{name_of(row)}-oldest") for row in all_chosen()]
NEXT = [pytest.param(*row.values, id=str(row.id).replace("oldest", "next")) for row in EVERY]
BEFORE_RELEASE = ("fastapi", "sqlalchemy")
ALLOWED = tuple(f"--prerelease-package={name}=allow" for name in BEFORE_RELEASE)


@pytest.fixture(scope="session")
def before_release(environments: Environments, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name what there is a pre-release of, or skip."""
    project, python = tmp_path_factory.mktemp("next") / "shop", next(iter(interpreters()))
    write_files(render("project", needs_most(python).context()), project)
    environments.lock(project, python, *ALLOWED)
    locked = versions(project)
    found = [f"{name} {locked[name]}" for name in BEFORE_RELEASE if is_early(locked[name])]
    return ", ".join(found) or pytest.skip("neither FastAPI nor SQLAlchemy has a pre-release")


@pytest.mark.parametrize("row", EVERY)
def test_a_project_passes_with_the_oldest_versions_it_allows(
    row: Row, made: Made, record: Record, request: pytest.FixtureRequest
) -> None:
    project = made(row, "--resolution", "lowest-direct")

    report = _verify(project, request)

    record(_row_of_proof(row, "oldest", report, project), versions(project))
    assert report.passed, f"{report.as_json()}{how_to_repeat(project, request)}"
    shutil.rmtree(project.parent)


@pytest.mark.parametrize("row", NEXT)
def test_a_project_is_tried_with_what_is_not_released_yet(
    row: Row, before_release: str, made: Made, record: Record, request: pytest.FixtureRequest
) -> None:
    project = made(row, *ALLOWED)

    report = _verify(project, request)

    record(_row_of_proof(row, "next", report, project), versions(project))
    if not report.passed:  # to be known, not to be mended today
        repeat = how_to_repeat(project, request)
        pytest.xfail(f"{before_release}: {report.as_json()}{repeat}")
    shutil.rmtree(project.parent)


def _verify(project: Path, request: pytest.FixtureRequest) -> Report:
    """Run the tests that start no processes, and start the project."""
    seed = request.config.getoption("randomly_seed", 1)
    checks = [each for each in CHECKS if each.only_new or each.name == "start-up"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", f"--randomly-seed={seed}")
        return verify(open_project(project), checks, lambda _name, _outcome: None)


def _row_of_proof(row: Row, which: str, report: Report, project: Path) -> dict[str, object]:
    locked = versions(project)
    failed = [each.check for each in report.outcomes if not each.finding.passed]
    return {
        "combination": name_of({name: row[name] for name in row if name != "python"}),
        "Python": row["python"],
        "versions": which,
        "FastAPI": locked["fastapi"],
        "SQLAlchemy": locked["sqlalchemy"],
        "result": f"failed: {', '.join(failed)}" if failed else "passed",
        "tests": report.outcomes[0].finding.facts.get("tests"),
        "seconds": round(report.seconds),
    }


def is_early(version: str) -> bool:
    """Tell a pre-release by its number."""
    return any(letter in version for letter in ("a", "b", "rc", "dev"))
