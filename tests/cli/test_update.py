"""`update` and `diff` of a project that 0.1.0 made, without an environment: files and words."""

import json
from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.changes.opening import open_project
from fastforge.project.project import record_at
from fastforge.project.revisions import heads, read_revisions
from fastforge.updating.sides import as_in, records_of
from tests.conftest import Fastforge, Ran, files_of
from tests.old_project import unpack_old_project
from tests.small_project import commit

JOB, TEST = "src/shop/jobs/tidy_up.py", "tests/jobs/test_tidy_up.py"
ROUTER = "src/shop/modules/products/router.py"
STATE = ".fastforge/update/"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project of 0.1.0 with a job, a task and two modules."""
    return unpack_old_project(tmp_path)


@pytest.fixture
def run(fastforge: Fastforge, shop: Path) -> Fastforge:
    """Run the command in the project."""

    def run(*arguments: str, cwd: Path = shop) -> Ran:
        verify = ["--no-verify"] if arguments[0].startswith(("add-", "update")) else []
        return fastforge(*arguments, *verify, cwd=cwd)

    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def without_state(folder: Path) -> dict[str, bytes]:
    return {path: text for path, text in files_of(folder).items() if not path.startswith(STATE)}


def recorded(shop: Path) -> set[str]:
    paths = (path.relative_to(shop).as_posix() for path in (shop / ".fastforge").rglob("*.yml"))
    return {record_at(shop, path).version for path in paths}


def conflict(shop: Path) -> None:
    """Change a line that the new version changes too."""
    edit(shop / "pyproject.toml", '"alembic>=1.16"', '"alembic>=1.17"')


def test_a_project_that_nobody_edited_becomes_what_the_version_makes(
    run: Fastforge, shop: Path
) -> None:
    ran = run("update")

    assert (ran.code, ran.out.splitlines()[0]) == (0, f"shop: 0.1.0 to {__version__}")
    assert ran.out.splitlines()[-1] == "Undo: fastforge update --abort"
    project = open_project(shop)
    fresh = as_in(__version__, project, records_of(project), project.record.answers).tree
    found = {path: text for path, text in without_state(shop).items() if ".fastforge" not in path}
    joined = [path for path in found if "/join_" in path]
    assert len(joined) == 1
    assert {path: text for path, text in found.items() if path not in joined} == fresh
    assert recorded(shop) == {__version__}


def test_the_second_update_changes_nothing(run: Fastforge, shop: Path) -> None:
    run("update")
    before = files_of(shop)

    again = run("update")

    assert (again.code, again.out) == (0, f"Up to date: {__version__}. Nothing was written.\n")
    assert files_of(shop) == before
    assert run("update", "--check").code == 0
    assert run("diff").out == ""


def test_what_the_user_wrote_is_kept_and_what_was_deleted_stays_deleted(
    run: Fastforge, shop: Path
) -> None:
    (shop / JOB).write_text((shop / JOB).read_text() + "\n\ndef work_of_mine() -> None:\n    ...\n")
    (shop / TEST).unlink()
    (shop / "notes.txt").write_text("mine\n")

    ran = run("update")

    assert ran.code == 0
    assert "def work_of_mine() -> None:\n    ...\n" in (shop / JOB).read_text()
    assert f"deleted   {TEST}: you deleted it, so it stays so" in ran.out
    assert not (shop / TEST).exists()
    assert (shop / "notes.txt").read_text() == "mine\n"
    named = run("diff", "--names").out.splitlines()
    assert named == [f"edited  {JOB}", f"gone    {TEST}"]
    assert "+def work_of_mine() -> None:" in run("diff").out


def test_a_conflict_is_marked_and_nothing_is_recorded_until_it_is_solved(
    run: Fastforge, shop: Path
) -> None:
    conflict(shop)

    ran = run("update")

    assert ran.code == 3
    assert "error: There are conflicts in pyproject.toml." in ran.err
    text = (shop / "pyproject.toml").read_text()
    assert "<<<<<<< yours\n" in text
    assert f">>>>>>> fastforge {__version__}\n" in text
    assert recorded(shop) == {"0.1.0"}
    refused = run("update")
    assert (refused.code, f"from 0.1.0 to {__version__} is not finished" in refused.err) == (
        3,
        True,
    )


def test_continue_waits_for_the_last_marker_and_then_records_the_version(
    run: Fastforge, shop: Path
) -> None:
    conflict(shop)
    run("update")
    number = (shop / "pyproject.toml").read_text().splitlines().index("<<<<<<< yours") + 1

    early = run("update", "--continue")

    assert early.code == 3
    assert f"There are markers of a conflict still: pyproject.toml:{number}, " in early.err
    assert recorded(shop) == {"0.1.0"}
    solved = [
        line
        for line in (shop / "pyproject.toml").read_text().splitlines(keepends=True)
        if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))
    ]
    (shop / "pyproject.toml").write_text("".join(solved))
    before = without_state(shop)
    ended = run("update", "--continue")
    assert (ended.code, ended.out.splitlines()[0]) == (
        0,
        f"shop: 0.1.0 to {__version__} is finished.",
    )
    after = without_state(shop)
    assert {path for path in after if after[path] != before[path]} == {
        path for path in after if path.startswith(".fastforge/")
    }
    assert recorded(shop) == {__version__}
    assert run("update", "--continue").code == 2


@pytest.mark.parametrize("conflicts", [False, True])
def test_abort_restores_every_byte(run: Fastforge, shop: Path, conflicts: bool) -> None:
    if conflicts:
        conflict(shop)
    before = files_of(shop)
    run("update")
    assert without_state(shop) != before
    (shop / "uv.lock").write_text("what the set-up of the environment writes\n")

    ran = run("update", "--abort")

    assert ran.code == 0, ran.err
    assert files_of(shop) == before
    assert run("update", "--abort").code == 2


def test_abort_does_not_overwrite_what_was_edited_since(run: Fastforge, shop: Path) -> None:
    run("update")
    (shop / JOB).write_text("# mine\n")
    before = files_of(shop)

    ran = run("update", "--abort")

    assert (ran.code, f"Edited since the update: {JOB}." in ran.err) == (3, True)
    assert files_of(shop) == before


def test_abort_gives_up_half_solved_conflicts(run: Fastforge, shop: Path) -> None:
    conflict(shop)
    before = files_of(shop)
    run("update")
    (shop / "pyproject.toml").write_text("# half\n")

    ran = run("update", "--abort")

    assert ran.code == 0
    assert without_state(shop) == before
    kept = ".fastforge/update/given_up/pyproject.toml"
    assert f"What you wrote since is kept: {kept}" in ran.out
    assert (shop / kept).read_text() == "# half\n"
    assert run("update", "--abort").code == 2


def test_a_part_that_was_added_since_keeps_an_update_from_being_undone(
    run: Fastforge, shop: Path
) -> None:
    before = without_state(shop)
    run("update")
    run("add-job", "later", "--every", "1h")

    ran = run("update", "--abort")

    assert ran.code == 3
    assert "The job later was added since. Nothing was undone." in ran.err
    assert run("remove-job", "later").code == 0
    assert run("update", "--abort").code == 0
    assert without_state(shop) == before


def test_what_solved_a_conflict_is_kept_when_the_update_is_undone(
    run: Fastforge, shop: Path
) -> None:
    conflict(shop)
    run("update")
    (shop / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    assert run("update", "--continue").code == 0

    assert run("update", "--abort").code == 0

    kept = shop / ".fastforge/update/given_up/pyproject.toml"
    assert kept.read_text() == '[project]\nname = "shop"\n'


def test_markers_of_ones_own_do_not_count_and_a_forgotten_middle_does(
    run: Fastforge, shop: Path
) -> None:
    readme, own = shop / "README.md", "<<<<<<< mine\n=======\n"
    readme.write_text(own + readme.read_text().replace("\n", " \n"))  # each line is edited
    run("update")
    assert "<<<<<<< yours\n" in readme.read_text()
    lines = readme.read_text().splitlines(keepends=True)
    left = [line for line in lines if not line.startswith(("<<<<<<< yours", ">>>>>>> f"))]
    readme.write_text("".join(left))

    forgotten = run("update", "--continue")

    assert "There are markers of a conflict still: README.md:" in forgotten.err
    readme.write_text(own + readme.read_text().replace(own, "").replace("\n=======\n", "\n"))
    assert run("update", "--continue").code == 0


def test_what_is_in_the_way_of_new_files_is_told_before_anything_is_written(
    run: Fastforge, shop: Path
) -> None:
    (shop / "src/shop/web").write_text("mine\n")
    before = files_of(shop)

    ran = run("update")

    assert (ran.code, ran.out) == (3, "")
    assert "In the way of new files: src/shop/web. Nothing was written." in ran.err
    assert files_of(shop) == before
    assert run("update", "--dry-run").code == 3


def test_a_module_that_a_new_package_hides_is_told(run: Fastforge, shop: Path) -> None:
    (shop / "src/shop/values.py").write_text("MINE = 1\n")

    ran = run("update")

    hidden = (
        "src/shop/values.py is hidden by the new package src/shop/values/__init__.py: rename it."
    )
    assert hidden in ran.err


def test_an_unfinished_update_whose_files_were_put_back_is_not_recorded(
    run: Fastforge, shop: Path
) -> None:
    before = files_of(shop)
    conflict(shop)
    run("update")
    for path, content in before.items():
        (shop / path).parent.mkdir(parents=True, exist_ok=True)
        (shop / path).write_bytes(content)

    ran = run("update", "--continue")

    assert ran.code == 3
    assert "It was undone in another way." in ran.err
    assert recorded(shop) == {"0.1.0"}


@pytest.mark.parametrize("way", ["--abort", "--continue"])
@pytest.mark.parametrize(
    "option", [("--dry-run",), ("--diff",), ("--set", "page=no"), ("--to", "1")]
)
def test_an_end_takes_no_options_of_a_beginning(
    run: Fastforge, shop: Path, way: str, option: tuple[str, ...]
) -> None:
    run("update")
    before = files_of(shop)

    ran = run("update", way, *option)

    assert ran.code == 2
    assert f"{way} and {option[0]} cannot go together." in ran.err
    assert files_of(shop) == before


def test_trusting_a_project_without_templates_of_its_own_does_nothing(run: Fastforge) -> None:
    assert run("diff", "--trust").code == 0


def test_hints_about_answers_name_options_of_update(run: Fastforge) -> None:
    ran = run("update", "--set", "engine=celery")

    assert "Add --set database=postgresql" in ran.err


@pytest.mark.parametrize("conflicts", [False, True])
def test_a_dry_run_writes_nothing_and_says_what_then_happens(
    run: Fastforge, shop: Path, conflicts: bool
) -> None:
    if conflicts:
        conflict(shop)
    (shop / TEST).unlink()
    before = files_of(shop)

    dry = run("update", "--dry-run", "--json")
    told = run("update", "--dry-run")
    diff = run("update", "--diff")

    assert files_of(shop) == before
    assert {dry.code, told.code, diff.code} == {3 if conflicts else 0}
    real = run("update", "--json")
    foreseen, happened = json.loads(dry.out), json.loads(real.out)
    assert foreseen.pop("dry_run")
    assert foreseen == happened
    after = without_state(shop)
    paths = before.keys() | after.keys()
    changed = {path for path in paths if before.get(path) != after.get(path)}
    assert {file["path"] for file in happened["files"]} == changed
    assert [line.split()[1] for line in told.out.splitlines() if line[:8].strip() in ACTIONS] == [
        file["path"] for file in happened["files"]
    ]
    assert diff.out.count("\n+++ ") + diff.out.startswith("+++ ") > 100


ACTIONS = ("create", "replace", "remove")


def test_check_ends_with_one_where_there_is_an_update(run: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    ran = run("update", "--check")

    assert (ran.code, ran.out) == (1, "")
    assert f"There is an update: 0.1.0 to {__version__}." in ran.err
    assert files_of(shop) == before


def test_parts_of_several_versions_are_told_and_brought_together(
    run: Fastforge, shop: Path
) -> None:
    added = run("add-job", "sweep", "--every", "1h")
    assert f"fastforge 0.1.0 made this project, and {__version__} adds to it" in added.err

    ran = run("update")

    assert "Parts of several versions: 0.1.0 made project shop" in ran.err
    assert ran.code == 0
    assert recorded(shop) == {__version__}
    assert run("diff").out == ""
    assert run("remove-job", "sweep").code == 0


def test_what_is_new_in_a_part_that_is_gone_stays_out(run: Fastforge, shop: Path) -> None:
    for folder in ("src/shop/modules/products", "tests/modules/products"):
        for path in (shop / folder).iterdir():
            path.unlink()

    ran = run("update")

    assert not list((shop / "tests/modules/products").glob("*"))
    assert "Left out, since the folder or the part that they belong to is not where" in ran.err


def test_revisions_of_ones_own_move_along_and_are_joined(run: Fastforge, shop: Path) -> None:
    own = shop / "migrations/versions/add_a_column_abc.py"
    own.write_text('revision = "abc"\ndown_revision = "fc094a137c3f"\n')
    edit(
        shop / "migrations/versions/2026_01_01_background_work_0001.py",
        'op.create_table(\n        "runs"',
        'op.create_table(  # mine\n        "runs"',
    )

    ran = run("update")

    assert ran.code == 0
    place = shop / "src/shop/migrations/versions"
    assert (place / own.name).read_text() == 'revision = "abc"\ndown_revision = "fc094a137c3f"\n'
    assert not own.exists()
    assert "# mine" in (place / "2026_01_01_background_work_0001.py").read_text()
    joined = next(place.glob("join_*.py")).read_text()
    assert '"0008",\n    "abc",\n' in joined


DATA = {
    "database": "Data stays where it is. DATABASE_URL must name the new database",
    "jobstore": "Next due times stay where they are",
    "engine": "with an engine, start its workers too",
    "auth": "Clients must say who they are in the new way",
}
CHANGES = (
    ("metrics=false",),
    ("page=no",),
    ("docker=false", "ci=none"),
    ("auth=jwt",),
    ("auth=none",),
    ("jobstore=redis",),
    ("jobstore=memory", "timezone=Europe/Berlin"),
    ("database=postgresql",),
    ("database=postgresql", "engine=celery"),
    ("database=postgresql", "engine=taskiq", "broker=rabbitmq"),
)


@pytest.mark.parametrize("changes", CHANGES, ids=" ".join)
def test_other_answers_give_what_a_new_project_with_them_has(
    run: Fastforge, fastforge: Fastforge, tmp_path: Path, changes: tuple[str, ...]
) -> None:
    made = (
        "new",
        "shop",
        "--yes",
        "--author",
        "Ada",
        "--python",
        "3.11",
        "--no-git",
        "--no-verify",
    )
    flags = [word for change in changes for word in _flag(change)]
    for folder, words in (("plain", []), ("other", flags)):
        (tmp_path / folder).mkdir()
        assert fastforge(*made, *words, cwd=tmp_path / folder).code == 0
    sets = [word for change in changes for word in ("--set", change)]

    ran = run("update", *sets, cwd=tmp_path / "plain/shop")

    assert ran.code == 0, ran.err
    for change in changes:
        assert change.replace("page=no", "page=false") in ran.out.splitlines()[0]
    said = [name for name in DATA if DATA[name] in ran.err]
    assert said == [name for name in DATA if any(text.startswith(name) for text in changes)]
    assert without_state(tmp_path / "plain/shop") == files_of(tmp_path / "other/shop")


def _flag(change: str) -> list[str]:
    name, _, value = change.partition("=")
    return [f"--no-{name}"] if value in {"false", "no"} else [f"--{name}", value]


def test_other_answers_and_an_update_go_together(run: Fastforge, shop: Path) -> None:
    assert run("update", "--set", "metrics=false", "--set", "page=false").code == 0

    assert not list(shop.glob("src/shop/ops/**/*.py"))
    answers = open_project(shop).answers
    assert (answers.metrics, answers.page) == (False, False)


def test_leaving_the_examples_out_keeps_the_revision_of_their_table(
    run: Fastforge, shop: Path
) -> None:
    ran = run("update", "--set", "examples=false")

    assert ran.code == 0
    assert not (shop / "src/shop/modules/payments").exists()
    revisions = read_revisions(open_project(shop))
    assert "0002" in {revision.id for revision in revisions}
    assert len(heads(revisions)) == 1


def test_a_removed_example_does_not_come_back(run: Fastforge, shop: Path) -> None:
    assert run("remove-module", "payments", "--yes").code == 0

    ran = run("update")

    assert ran.code == 0
    assert not [path for path in files_of(shop) if "payments/" in path]
    revisions = read_revisions(open_project(shop))
    known = {revision.id for revision in revisions}
    assert {parent for revision in revisions for parent in revision.parents} <= known
    assert run("update", "--dry-run").out == f"Up to date: {__version__}. Nothing was written.\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--set", "metrics"), "--set 'metrics' is not NAME=VALUE."),
        (("--set", "metrics=maybe"), "--set metrics='maybe' is neither true nor false."),
        (("--set", "colour=red"), "--set 'colour': there is no such answer"),
        (("--set", "name=shop2"), "--set 'name': there is no such answer"),
        (("--set", "engine=celery"), "The engine celery needs PostgreSQL"),
        (("--set", "jobstore=paper"), "There is no jobstore 'paper'."),
        (("--to", "0.0.9"), "There is no version '0.0.9' here."),
        (("--continue",), "No update waits to be continued."),
        (("--abort",), "There is no update to undo."),
        (("--abort", "--continue"), "--continue and --abort cannot go together."),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_in_a_sentence(
    run: Fastforge, shop: Path, words: tuple[str, ...], problem: str
) -> None:
    before = files_of(shop)

    ran = run("update", *words)

    assert (ran.code, ran.out) == (2, "")
    assert f"error: {problem}" in ran.err
    assert files_of(shop) == before


def test_an_update_does_not_go_back(run: Fastforge) -> None:
    run("update")

    ran = run("update", "--to", "0.1.0")

    assert ran.code == 2
    assert f"The project is of {__version__} already" in ran.err


@pytest.mark.parametrize("place", [".fastforge/project.yml", ".fastforge/jobs/tidy_up.yml"])
def test_a_project_of_a_newer_version_is_told_so(run: Fastforge, shop: Path, place: str) -> None:
    edit(shop / place, 'fastforge: "0.1.0"', 'fastforge: "99.0.0"')
    before = files_of(shop)

    ran = run("update")

    assert ran.code == 2
    assert f"is of fastforge '99.0.0'; this one is older, {__version__}." in ran.err
    assert files_of(shop) == before


def test_a_newer_project_with_answers_of_its_own_is_told_so_too(run: Fastforge, shop: Path) -> None:
    edit(shop / ".fastforge/project.yml", 'fastforge: "0.1.0"', 'fastforge: "99.0.0"')
    edit(shop / ".fastforge/project.yml", "  docker: true", "  docker: true\n  moon: true")

    ran = run("list")

    assert ran.code == 2
    assert "99.0.0" in ran.err


def test_answers_edited_by_hand_lose_nothing_and_are_told(run: Fastforge, shop: Path) -> None:
    edit(shop / ".fastforge/project.yml", "  metrics: true", "  metrics: false")
    dashboards = list((shop / "monitoring").rglob("*.json"))
    dashboards[0].write_text("{}\n")

    ran = run("update")

    assert ran.code == 0, ran.err
    assert dashboards[0].read_text() == "{}\n"
    assert "answers in .fastforge were edited by hand" in ran.err
    assert not (shop / "src/shop/metrics.py").exists()


def test_a_link_in_the_place_of_a_file_is_refused(run: Fastforge, shop: Path) -> None:
    (shop / "elsewhere.py").write_text("x = 1\n")
    (shop / JOB).unlink()
    (shop / JOB).symlink_to("../../../elsewhere.py")

    ran = run("update")

    assert ran.code == 3
    assert f"{JOB} is a link, too large or no ordinary file" in ran.err


def test_a_second_abort_does_not_replace_what_the_first_one_kept(
    run: Fastforge, shop: Path
) -> None:
    conflict(shop)
    for text in ("# first\n", "# second\n"):
        run("update")
        (shop / "pyproject.toml").write_text(text)
        ran = run("update", "--abort")

    kept = [
        shop / f".fastforge/update/{name}/pyproject.toml" for name in ("given_up", "given_up_2")
    ]
    assert ran.code == 0
    assert [file.read_text() for file in kept] == ["# first\n", "# second\n"]


def test_files_that_git_ignores_and_an_update_changes_are_named(run: Fastforge, shop: Path) -> None:
    (shop / ".gitignore").write_text((shop / ".gitignore").read_text() + "/compose.yaml\n/notes\n")
    (shop / "notes").write_text("mine\n")
    commit(shop)

    ran = run("update")

    assert "note: git ignores compose.yaml: only --abort has that as it was.\n" in ran.err


def test_a_conflict_without_markers_has_a_hint_of_its_own(run: Fastforge, shop: Path) -> None:
    (shop / "README.md").write_bytes((shop / "README.md").read_bytes() + b"# \0\n")

    ran = run("update")

    assert ran.code == 3
    assert "README.md: it stays as you have it; the new version has another" in ran.out
    assert "Put into them what you want, then: fastforge update --continue" in ran.err
