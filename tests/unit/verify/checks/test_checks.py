"""What the checks read from the tools' reports."""

import asyncio
import sys
import textwrap
from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.project.project import Project
from fastforge.project.record import record_of
from fastforge.verify.checks.outcome import TELL, Finding
from fastforge.verify.checks.static import check_format, check_lint, check_mypy, check_ty
from fastforge.verify.checks.tests import check_tests


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose environment has programs that tests put there."""
    root = tmp_path / "shop"
    (root / ".venv" / "bin").mkdir(parents=True)
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada")
    return Project(root, record_of("project", "shop", answers.as_dict(), {}), answers)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def install(project: Project, name: str, body: str) -> None:
    """Put a Python program into the project's environment."""
    program = project.root / ".venv" / "bin" / name
    program.write_text(f"#!{sys.executable}\nimport sys\n{textwrap.dedent(body)}")
    program.chmod(0o755)


PYTEST = """
reports = dict(arg.partition("=")[::2] for arg in sys.argv if "=" in arg)
open(reports["--junitxml"], "w").write('''{junit}''')
open(reports["--cov-report"].removeprefix("json:"), "w").write('''{coverage}''')
print("what pytest says")
sys.exit({code})
"""


def run_pytest(project: Project, scratch: Path, junit: str, code: int) -> Finding:
    coverage = '{"totals": {"percent_covered": 99.996}}'
    install(project, "python", PYTEST.format(junit=junit, coverage=coverage, code=code))
    return asyncio.run(check_tests(project, scratch))


def test_passed_tests_are_counted(project: Project, scratch: Path) -> None:
    junit = '<testsuites><testsuite tests="7" failures="0" errors="0" skipped="2"/></testsuites>'

    finding = run_pytest(project, scratch, junit, 0)

    assert finding == Finding(
        passed=True,
        summary="7 tests, 2 skipped, 99.99 % coverage",
        facts={"tests": 7, "failed": 0, "skipped": 2, "coverage_percent": 99.99},
    )


@pytest.mark.parametrize(("installed", "used"), [(True, ["-n", "auto"]), (False, [])])
def test_every_core_is_used_where_the_project_has_xdist(
    project: Project, scratch: Path, *, installed: bool, used: list[str]
) -> None:
    if installed:
        (project.root / ".venv/lib/python3.11/site-packages/xdist").mkdir(parents=True)
    install(project, "python", f"open('{scratch}/arguments', 'w').write(' '.join(sys.argv[6:]))")

    asyncio.run(check_tests(project, scratch))

    assert (scratch / "arguments").read_text().split()[: len(used)] == used
    assert ("-n" in (scratch / "arguments").read_text().split()) is installed


def test_a_few_files_are_tested_in_one_process(project: Project, scratch: Path) -> None:
    (project.root / ".venv/lib/python3.11/site-packages/xdist").mkdir(parents=True)
    install(project, "python", f"open('{scratch}/arguments', 'w').write(' '.join(sys.argv[6:]))")

    asyncio.run(check_tests(project, scratch, ["tests/test_a.py"]))

    [path, report] = (scratch / "arguments").read_text().split()
    assert (path, report.partition("=")[0]) == ("tests/test_a.py", "--junitxml")


COUNTING = """
import pathlib, time
print("." * 69, "[  69/1091]", flush=True)
while not pathlib.Path({heard!r}).exists():
    time.sleep(0.01)
print("." * 69, "[1000/1091]", flush=True)
"""


def test_it_says_how_far_it_is_while_the_tests_run(project: Project, scratch: Path) -> None:
    heard = scratch / "heard"
    install(project, "python", COUNTING.format(heard=str(heard)))
    told: list[str] = []

    def tell(words: str) -> None:
        told.append(words)
        heard.touch()  # the program waits for it

    TELL.set(tell)
    asyncio.run(check_tests(project, scratch))

    assert told == ["69 of 1,091", "1,000 of 1,091"]


def test_a_failed_test_is_named_with_its_first_line(project: Project, scratch: Path) -> None:
    junit = (
        '<testsuites><testsuite tests="2" failures="1" errors="0" skipped="0">'
        '<testcase classname="tests.test_a" name="test_x">'
        '<failure message="assert 1 == 2&#10; more"/></testcase>'
        "</testsuite></testsuites>"
    )

    finding = run_pytest(project, scratch, junit, 1)

    assert not finding.passed
    assert finding.problems == ("tests/test_a.py::test_x: assert 1 == 2",)
    assert Path(finding.log or "").read_text() == "what pytest says\n"


def test_many_failed_tests_are_cut_short(project: Project, scratch: Path) -> None:
    case = '<testcase classname="t" name="x"><error message="e"/></testcase>'
    junit = f'<testsuite tests="9" failures="0" errors="9" skipped="0">{case * 9}</testsuite>'

    finding = run_pytest(project, scratch, junit, 1)

    assert len(finding.problems) == 6
    assert finding.problems[-1] == "and 4 more"


def test_green_reports_with_a_bad_exit_code_are_a_failure(project: Project, scratch: Path) -> None:
    junit = '<testsuite tests="7" failures="0" errors="0" skipped="0"/>'

    finding = run_pytest(project, scratch, junit, 3)

    assert not finding.passed
    assert finding.problems == ("what pytest says",)


@pytest.mark.parametrize("tests", [0, 2])
def test_a_suite_that_tested_nothing_is_a_failure(
    project: Project, scratch: Path, tests: int
) -> None:
    junit = f'<testsuite tests="{tests}" failures="0" errors="0" skipped="{tests}"/>'

    assert not run_pytest(project, scratch, junit, 0).passed


def test_a_pytest_without_a_report_could_not_run(project: Project, scratch: Path) -> None:
    install(project, "python", "print('No module named pytest', file=sys.stderr); sys.exit(1)")

    finding = asyncio.run(check_tests(project, scratch))

    assert finding.summary == "could not run"
    assert finding.problems == ("No module named pytest",)


def test_a_clean_tool_is_a_pass(project: Project, scratch: Path) -> None:
    install(project, "ruff", "print('[]')")

    finding = asyncio.run(check_lint(project, scratch))

    assert finding == Finding(passed=True, summary="clean", facts={"problems": 0})


def test_problems_of_ruff_are_named_relative_to_the_project(
    project: Project, scratch: Path
) -> None:
    item = (
        f'{{"filename": "{project.root}/a.py", "location": {{"row": 3}}, '
        '"code": "F401", "message": "unused"}'
    )
    install(project, "ruff", f"print('''[{item}]'''); sys.exit(1)")

    finding = asyncio.run(check_format(project, scratch))

    assert finding.summary == "1 problem"
    assert finding.problems == ("a.py:3: F401 unused",)


def test_problems_of_ty_are_named(project: Project, scratch: Path) -> None:
    item = (
        '{"location": {"path": "a.py", "positions": {"begin": {"line": 2}}}, '
        '"description": "bad: type"}'
    )
    install(project, "ty", f"print('''[{', '.join([item] * 7)}]'''); sys.exit(1)")

    finding = asyncio.run(check_ty(project, scratch))

    assert finding.summary == "7 problems"
    assert finding.problems == (*["a.py:2: bad: type"] * 5, "and 2 more")


def test_problems_of_mypy_are_named_and_notes_are_not(project: Project, scratch: Path) -> None:
    line = '{"file": "a.py", "line": 2, "message": "bad", "code": "x", "severity": "%s"}'
    install(project, "mypy", f"print('''{line % 'error'}\n{line % 'note'}'''); sys.exit(1)")

    finding = asyncio.run(check_mypy(project, scratch))

    assert finding.problems == ("a.py:2: bad [x]",)


@pytest.mark.parametrize("body", ["print('panic'); sys.exit(101)", "sys.exit(2)"])
def test_a_tool_without_a_report_could_not_run(project: Project, scratch: Path, body: str) -> None:
    install(project, "ruff", body)

    finding = asyncio.run(check_lint(project, scratch))

    assert not finding.passed
    assert finding.summary == "could not run"
