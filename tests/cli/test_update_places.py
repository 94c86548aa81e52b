"""Wherever a project lies, and whatever is in it: an update works, or says why it does not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.commands.diff import diff
from fastforge.commands.list import list_parts
from fastforge.errors import ConflictError, FastforgeError, SetupError, UsageError
from fastforge.merging import git as merging_git
from tests.conftest import files_of
from tests.releases import SMALL
from tests.small_project import commit, git, make_project, project_of_the_oldest, run_update

NEWEST = SMALL[-1]
PROJECT = ".fastforge/project.yml"
JOB, TASK = ".fastforge/jobs/tidy.yml", ".fastforge/tasks/mail.yml"
LEDGER, MOVED = "src/shop/background/ledger.py", "src/shop/engine/ledger.py"

Change = Callable[[Path], object]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of 0.2.1, and a fastforge that is 0.4.0."""
    return project_of_the_oldest(tmp_path, monkeypatch)


def replaced(path: str, old: str, new: str) -> Change:
    """Change a text in a file."""

    def change(shop: Path) -> None:
        text = (shop / path).read_text()
        assert old in text
        (shop / path).write_text(text.replace(old, new))

    return change


own_line = replaced("README.md", "# shop\n", "# shop\n\nMine.\n")
mine = b"\nMine.\n"


def is_updated(shop: Path, *, readme: bytes = b"The page is at `/ops`.") -> None:
    """Check that it is of the newest version, and that a second update does nothing."""
    assert readme in (shop / "README.md").read_bytes()
    assert (shop / MOVED).is_file()
    assert not (shop / LEDGER).exists()
    assert run_update(shop, to=NEWEST)["up_to_date"]


def no_repository(shop: Path) -> Path:
    return shop


def clean(shop: Path) -> Path:
    commit(shop)
    return shop


def others_are_dirty(shop: Path) -> Path:
    (shop / "other.py").write_text("x = 1\n")
    commit(shop)
    (shop / "other.py").write_text("x = 2\n")
    (shop / "new.py").write_text("x = 3\n")
    return shop


def detached_head(shop: Path) -> Path:
    commit(shop)
    git(shop, "checkout", "-q", "--detach")
    return shop


def linked_worktree(shop: Path) -> Path:
    commit(shop)
    git(shop, "worktree", "add", "-q", "../linked")
    return shop.parent / "linked"


def submodule(shop: Path) -> Path:
    commit(shop)
    whole = shop.parent / "whole"
    whole.mkdir()
    commit(whole)
    git(whole, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(shop), "shop")
    return whole / "shop"


def one_of_two(shop: Path) -> Path:
    other = make_project(shop.parent / "other")
    commit(shop.parent)
    own_line(other)
    return shop


def ignored(shop: Path) -> Path:
    (shop.parent / ".gitignore").write_text("shop/\n")
    commit(shop.parent)
    return shop


def merge_of_others(shop: Path) -> Path:
    _diverge(shop, "other.txt")
    git(shop, "merge", "branch", fails=True)
    return shop


def rebase_of_others(shop: Path) -> Path:
    _diverge(shop, "other.txt")
    git(shop, "rebase", "branch", fails=True)
    return shop


def _diverge(shop: Path, path: str) -> None:
    commit(shop)
    for branch, text in (("branch", "1\n"), ("second", "2\n")):
        git(shop, "checkout", "-qb", branch, "main")
        (shop / path).write_text(text)
        commit(shop)


def broken_link_to_a_repository(shop: Path) -> Path:
    (shop / ".git").write_text("gitdir: /nowhere/at/all\n")
    return shop


def no_link_to_a_repository(shop: Path) -> Path:
    (shop / ".git").write_text("rubbish")
    return shop


def strange_names(shop: Path) -> Path:
    place = shop.rename(shop.parent / "größe und 🛒")
    (place / "mein Plan.txt").write_text("x\n")
    commit(place)
    return place


@pytest.mark.parametrize(
    "place",
    [
        *(no_repository, clean, others_are_dirty, detached_head, linked_worktree, submodule),
        *(one_of_two, ignored, merge_of_others, rebase_of_others, broken_link_to_a_repository),
        *(no_link_to_a_repository, strange_names),
    ],
)
def test_it_works_in(shop: Path, place: Callable[[Path], Path]) -> None:
    root = place(shop)
    before = files_of(shop.parent)

    run_update(root, to=NEWEST)

    is_updated(root)
    run_update(root, abort=True)
    assert files_of(shop.parent) == before


def not_added(shop: Path) -> None:
    commit(shop)
    git(shop, "rm", "-q", "--cached", "README.md")


def unstaged(shop: Path) -> None:
    commit(shop)
    own_line(shop)


def staged(shop: Path) -> None:
    unstaged(shop)
    git(shop, "add", "README.md")


def merge_of_it(shop: Path) -> None:
    _diverge(shop, "README.md")
    git(shop, "merge", "branch", fails=True)


def nothing_committed(shop: Path) -> None:
    git(shop, "init", "-q")


def removed_in_a_monorepo(shop: Path) -> None:
    commit(shop.parent)
    own_line(shop)


@pytest.mark.parametrize(
    "change",
    [unstaged, staged, not_added, merge_of_it, nothing_committed, removed_in_a_monorepo],
)
def test_a_file_that_git_has_not_seen_is_not_overwritten(shop: Path, change: Change) -> None:
    change(shop)
    before = files_of(shop.parent)

    with pytest.raises(ConflictError, match="Changed and not committed: ") as refused:
        run_update(shop, to=NEWEST)

    assert "README.md" in refused.value.message or "more" in refused.value.message
    assert "Commit or stash" in refused.value.hint
    assert files_of(shop.parent) == before


def test_without_git_nothing_is_merged(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shop))
    before = files_of(shop)

    with pytest.raises(SetupError, match="git is not installed"):
        run_update(shop, to=NEWEST)

    assert files_of(shop) == before


def test_an_old_git_merges_as_well(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging_git, "version", lambda: (2, 34))
    own_line(shop)

    run_update(shop, to=NEWEST)

    is_updated(shop, readme=mine)


def test_a_project_that_git_ignores_is_looked_at_all_the_same(shop: Path) -> None:
    ignored(shop)
    (shop / LEDGER).rename(shop / "src/shop/queue.py")

    facts = run_update(shop, to=NEWEST)

    assert facts["conflicts"] == []
    assert {"fate": "followed", "path": "src/shop/queue.py", "other": MOVED} in facts["told"]


def test_a_renamed_package_is_updated_where_it_is(shop: Path) -> None:
    (shop / "src/shop").rename(shop / "src/store")
    replaced("pyproject.toml", '"shop"\n\n[tool.f', '"store"\n\n[tool.f')(shop)
    replaced("pyproject.toml", "shop.main", "store.main")(shop)
    runner = shop / "src/store/background/runner.py"
    runner.write_text(runner.read_text() + "# mine\n")

    facts = run_update(shop, to=NEWEST)

    assert not [note for note in facts["notes"] if "as it was made" in note]
    assert (shop / "src/store/engine/ledger.py").is_file()
    assert not (shop / "src/shop").exists()
    assert run_update(shop, to=NEWEST)["up_to_date"]


def another_record(shop: Path) -> None:
    shutil.copy(shop / TASK, shop / ".fastforge/tasks/copy.yml")


EDITED = {
    "another kind of answer": (replaced(PROJECT, "metrics: true", "metrics: 3"), "cannot be 3"),
    "unknown database": (replaced(PROJECT, '"sqlite"', '"oracle"'), "no database 'oracle'"),
    "unknown answer": (replaced(JOB, "retries: 0", "moon: 0"), "`moon` is unknown"),
    "unknown version": (replaced(JOB, "0.2.1", "0.2.2"), "which this one (0.4.0) knows not"),
    "newer version": (replaced(JOB, "0.2.1", "0.9.0"), "this one is older, 0.4.0"),
    "no version": (replaced(JOB, "0.2.1", "x"), "knows not"),
    "record of another kind": (replaced(TASK, '"task"', '"job"'), "record of something else"),
    "project of another kind": (replaced(PROJECT, '"project"', '"job"'), "of something else"),
    "two records of one part": (another_record, "copy.yml is the record of something else"),
    "a file outside": (replaced(JOB, "src/", "../src/"), "no name of a file"),
    "an absolute file": (replaced(JOB, "src/", "/src/"), "no name of a file"),
    "git's own file": (replaced(JOB, "src/shop/", ".git/"), "no name of a file"),
    "name that leads out": (replaced(JOB, '  name: "', '  name: "../../../'), "no name of a file"),
    "empty record": (lambda shop: (shop / PROJECT).write_text(""), "not a record"),
    "huge record": (lambda shop: (shop / JOB).write_text("# " * 200_000), "not a record"),
    "deep record": (lambda shop: (shop / JOB).write_text("[" * 9_000), "not a record"),
}


@pytest.mark.parametrize("case", EDITED)
def test_records_that_cannot_be_are_refused(shop: Path, case: str) -> None:
    change, words = EDITED[case]
    change(shop)
    before = files_of(shop.parent)

    with pytest.raises(FastforgeError) as refused:
        run_update(shop, to=NEWEST)

    assert words in str(refused.value)
    assert refused.value.hint
    assert files_of(shop.parent) == before


def other_name(shop: Path) -> None:
    replaced(PROJECT, '\nname: "shop"', '\nname: "store"')(shop)


def part_without_a_record(shop: Path) -> None:
    (shop / JOB).unlink()


def record_without_a_part(shop: Path) -> None:
    (shop / "src/shop/jobs/tidy.py").unlink()
    (shop / "tests/jobs/test_tidy.py").unlink()


def a_file_of_two_parts(shop: Path) -> None:
    replaced(TASK, "files:", 'files:\n  "src/shop/jobs/tidy.py": "aa"')(shop)


@pytest.mark.parametrize(
    "change", [other_name, part_without_a_record, record_without_a_part, a_file_of_two_parts]
)
def test_records_that_are_only_odd_are_lived_with(shop: Path, change: Change) -> None:
    change(shop)
    job = (shop / "src/shop/jobs/tidy.py").is_file()
    before = files_of(shop)

    run_update(shop, to=NEWEST)

    is_updated(shop)
    assert (shop / "src/shop/jobs/tidy.py").is_file() == job
    run_update(shop, abort=True)
    assert files_of(shop) == before


def test_a_newer_project_is_told_so_by_what_reads_it(shop: Path) -> None:
    replaced(PROJECT, '"0.2.1"', '"9.0.0"')(shop)
    replaced(PROJECT, "metrics: true", "metrics: true\n  moon: true")(shop)

    for command in (list_parts, diff):
        with pytest.raises(
            UsageError, match=f"'9.0.0' made the project, and this is {__version__}"
        ):
            command(project=shop)


def a_link(shop: Path) -> None:
    (shop / "README.md").unlink()
    (shop / "README.md").symlink_to("nowhere")


def a_folder_for_a_new_file(shop: Path) -> None:
    (shop / "src/shop/page.py").mkdir()


def a_link_for_a_new_file(shop: Path) -> None:
    (shop / "src/shop/page.py").symlink_to("main.py")


def a_folder_outside(shop: Path) -> None:
    shutil.move(shop / "src/shop/background", shop.parent / "background")
    (shop / "src/shop/background").symlink_to(shop.parent / "background")


def a_name_of_two_lines(shop: Path) -> None:
    (shop / "src/shop/background/runner.py").rename(shop / "src/shop/a\nb.py")


@pytest.mark.parametrize(
    "change",
    [
        *(a_link, a_folder_for_a_new_file, a_link_for_a_new_file, a_folder_outside),
        a_name_of_two_lines,
    ],
)
def test_what_no_merge_can_see_is_not_overwritten(shop: Path, change: Change) -> None:
    change(shop)
    before = files_of(shop.parent)
    links = [path for path in shop.rglob("*") if path.is_symlink()]

    with pytest.raises(FastforgeError) as refused:
        run_update(shop, to=NEWEST)

    assert refused.value.hint
    assert files_of(shop.parent) == before
    assert [path for path in shop.rglob("*") if path.is_symlink()] == links


def test_what_is_in_the_way_of_a_new_file_is_named_before_anything_else(shop: Path) -> None:
    a_folder_for_a_new_file(shop)

    for options in ({}, {"dry_run": True}, {"check": True}):
        with pytest.raises(ConflictError, match=r"src/shop/page\.py is in the way: a folder"):
            run_update(shop, to=NEWEST, **options)
