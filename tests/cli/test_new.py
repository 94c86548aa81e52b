"""`fastforge new` without an environment: what it writes and what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Fastforge, files_of

FILES_ONLY = ("--yes", "--no-verify", "--no-git")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_files_are_written_and_the_next_steps_named(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    ran = fastforge("new", "my-shop", *FILES_ONLY)

    count = len(files_of(tmp_path / "my-shop"))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"{count} files in {tmp_path}/my-shop\n"
        "\n"
        "Next:\n"
        "  cd my-shop\n"
        "  uv run fastapi dev          # then http://127.0.0.1:8000/docs\n"
        "  uv run pytest\n"
        "  fastforge verify            # everything: processes, coverage and mypy too\n"
        "Again without questions: fastforge new my-shop --yes\n"
    )


@pytest.mark.parametrize(
    ("engine", "worker"),
    [
        ("celery", "celery --app my_shop.background.engines.worker worker"),
        ("taskiq", "python -m my_shop.background.engines.worker"),
    ],
)
def test_the_worker_of_an_engine_is_a_next_step(
    fastforge: Fastforge, tmp_path: Path, engine: str, worker: str
) -> None:
    ran = fastforge("new", "my-shop", "--engine", engine, "--database=postgresql", *FILES_ONLY)

    assert f"  uv run {worker}  # in another terminal\n" in ran.out
    assert f"$ uv run {worker}\n" in (tmp_path / "my-shop" / "README.md").read_text()
    module = tmp_path / "my-shop/src/my_shop/background/engines/worker.py"
    assert module.is_file()


def test_the_same_command_twice_changes_nothing(fastforge: Fastforge, tmp_path: Path) -> None:
    fastforge("new", "shop", *FILES_ONLY)
    before = files_of(tmp_path)

    ran = fastforge("new", "shop", *FILES_ONLY)

    assert ran.code == 0
    assert ran.out.startswith(f"{len(before)} files unchanged in {tmp_path}/shop\n")
    assert files_of(tmp_path) == before


def test_other_answers_for_an_existing_project_are_refused(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    fastforge("new", "shop", *FILES_ONLY)
    before = files_of(tmp_path)

    ran = fastforge("new", "shop", *FILES_ONLY, "--bare")

    assert ran.code == 3
    assert ran.err.splitlines()[0].endswith("in it is not what this would write.")
    assert files_of(tmp_path) == before


def test_the_command_to_repeat_it_names_what_is_not_usual(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    flags = ["--description", 'It\'s "mine"', "--author", "-x", "--jobstore", "memory"]
    flags += ["--no-metrics", "--no-page", "--no-docker", "--ci", "none", "--bare"]
    flags += ["--timezone", "Asia/Tokyo"]
    parent = tmp_path / "some where"
    parent.mkdir()

    ran = fastforge("new", "shop", *flags, "-C", str(parent), *FILES_ONLY)

    command = ran.out.splitlines()[-1].removeprefix("Again without questions: ")
    first = files_of(parent / "shop")
    subprocess.run(["rm", "-r", parent / "shop"], check=True)
    again = subprocess.run(
        ["bash", "-c", f"{command} --no-verify --no-git"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        check=False,
    )
    assert again.returncode == 0
    assert files_of(parent / "shop") == first
    assert "note: with --jobstore memory" in ran.err


def test_a_dry_run_lists_the_files_and_writes_nothing(fastforge: Fastforge, tmp_path: Path) -> None:
    ran = fastforge("new", "shop", "--yes", "--dry-run")

    *files, last = ran.out.splitlines()
    assert "create  src/shop/main.py" in files
    assert "create  .fastforge/project.yml" in files
    assert last == f"{len(files)} files; nothing was written."
    assert names(tmp_path) == []


def test_a_diff_shows_whole_files_and_writes_nothing(fastforge: Fastforge, tmp_path: Path) -> None:
    ran = fastforge("new", "shop", "--yes", "--diff")

    applied = tmp_path / "applied"
    applied.mkdir()
    subprocess.run(["git", "apply"], input=ran.out, cwd=applied, text=True, check=True)
    assert names(tmp_path) == ["applied"]
    fastforge("new", "shop", *FILES_ONLY)
    whole = files_of(tmp_path / "shop")
    text = {path for path, content in whole.items() if content and not path.endswith(".png")}
    assert files_of(applied) == {path: whole[path] for path in text}


@pytest.mark.parametrize("engine", ["celery", "taskiq"])
def test_an_engine_needs_no_more_words_than_its_name_and_postgresql(
    fastforge: Fastforge, engine: str
) -> None:
    ran = fastforge(
        *("new", "shop", "--engine", engine, "--database", "postgresql", "--json"),
        *(*FILES_ONLY, "--dry-run"),
    )

    facts = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (facts["answers"]["engine"], facts["answers"]["broker"]) == (engine, "redis")


@pytest.mark.parametrize("dry", [True, False])
def test_json_gives_the_facts_on_stdout_alone(
    fastforge: Fastforge, tmp_path: Path, *, dry: bool
) -> None:
    ran = fastforge("new", "shop", "--json", *FILES_ONLY, *(["--dry-run"] if dry else []))

    facts = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert facts["project"] == str(tmp_path / "shop")
    assert facts["answers"]["database"] == "sqlite"
    assert {"path": "src/shop/main.py", "action": "create"} in facts["files"]
    assert facts["verification"] is None
    assert facts["command"] == "fastforge new shop --yes"
    assert facts.get("dry_run", False) is dry
    assert names(tmp_path) == ([] if dry else ["shop"])


def test_a_first_commit_is_made(fastforge: Fastforge, tmp_path: Path) -> None:
    ran = fastforge("new", "shop", "--yes", "--no-verify")

    assert ran.code == 0
    assert "git repository made, nothing committed: git knows no user.name" in ran.out
    assert (tmp_path / "shop" / ".git").is_dir()


def test_a_folder_that_holds_a_repository_only_is_filled(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", "shop"], cwd=tmp_path, check=True)
    before = (tmp_path / "shop/.git/HEAD").read_bytes()

    ran = fastforge("new", "shop", "--yes", "--no-verify")

    assert (ran.code, ran.err) == (0, "")
    assert "already inside a git repository: none made" in ran.out
    assert (tmp_path / "shop/pyproject.toml").is_file()
    assert (tmp_path / "shop/.git/HEAD").read_bytes() == before
    assert fastforge("new", "shop", *FILES_ONLY).out.count("unchanged") == 1


@pytest.mark.parametrize("flags", [[], ["shop"]])
def test_a_project_is_made_in_the_folder_itself(
    fastforge: Fastforge, tmp_path: Path, flags: list[str]
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    inode = folder.stat().st_ino

    ran = fastforge("new", *flags, "--here", *FILES_ONLY, cwd=folder)

    assert ran.code == 0, ran.err
    assert "  cd " not in ran.out
    assert (folder.stat().st_ino, (folder / "pyproject.toml").is_file()) == (inode, True)
    assert os.listdir(folder / ".fastforge") == ["project.yml"]


@pytest.mark.parametrize(
    ("folder", "arguments", "code"),
    [("shop", ["new", "other", "--here"], 2), ("My Shop", ["new", "--here"], 2)],
)
def test_the_folder_itself_gives_the_name(
    fastforge: Fastforge, tmp_path: Path, folder: str, arguments: list[str], code: int
) -> None:
    (tmp_path / folder).mkdir()

    ran = fastforge(*arguments, *FILES_ONLY, cwd=tmp_path / folder)

    assert ran.code == code
    assert list((tmp_path / folder).iterdir()) == []


def test_a_folder_that_holds_more_is_kept(fastforge: Fastforge, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "shop"], cwd=tmp_path, check=True)
    (tmp_path / "shop/mine.txt").touch()

    assert fastforge("new", "--here", *FILES_ONLY, cwd=tmp_path / "shop").code == 3
    assert names(tmp_path / "shop") == [".git", "mine.txt"]


def test_where_the_workflow_of_a_part_of_a_repository_has_to_go_is_said(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "services").mkdir()

    ran = fastforge("new", "shop", "--yes", "--no-verify", "-C", "services")
    without = fastforge("new", "other", "--yes", "--no-verify", "--ci", "none")

    assert f"to {tmp_path.resolve()}/.github/workflows/shop.yml" in ran.err
    assert "{run: {working-directory: services/shop}}" in ran.err
    assert (ran.code, without.code, without.err) == (0, 0, "")


def test_a_folder_with_a_space_can_be_typed_and_a_missing_uv_is_named(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    folder = tmp_path / "my work"
    folder.mkdir()

    ran = fastforge(
        *("new", "shop", "--yes", "--no-verify", "--no-git", "-C", str(folder)),
        PATH=str(tmp_path),
    )

    assert f"  cd '{folder}/shop'\n" in ran.out
    assert "note: uv is not on the PATH; for uv type /" in ran.err


def test_without_a_terminal_nobody_misses_the_timezone(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    flags = ["--description=Sells.", "--database=sqlite", "--jobstore=database", "--metrics"]
    flags += ["--docker", "--ci=none", "--bare", "--no-verify", "--no-git"]

    ran = fastforge("new", "shop", *flags)

    assert (ran.code, ran.err) == (0, "")
    assert 'timezone: "UTC"\n' in (tmp_path / "shop/.fastforge/project.yml").read_text()
