"""What `fastforge new` refuses: one sentence, a hint, the exit code, and nothing written."""

import os
import shlex
from pathlib import Path

import pytest

from tests.conftest import Fastforge, Ran


def assert_refused(ran: Ran, code: int, sentence: str) -> None:
    first, *hint = ran.err.splitlines()
    assert (ran.code, ran.out) == (code, "")
    assert sentence in first
    assert first.startswith("error: ")
    assert len(hint) == 1
    assert hint[0].startswith("  ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["new", "", "--yes"], "The project name is empty."),
        (["new", "1shop", "--yes"], "starts with a digit"),
        (["new", "class", "--yes"], "is a word of the Python language"),
        (["new", "json", "--yes"], "standard library"),
        (["new", "../shop", "--yes"], "is not made of"),
        (["new", "x" * 300, "--yes"], "has 300 characters"),
        (["new", "shop", "--yes", "--timezone", "Mars/Base"], "There is no timezone 'Mars/Base'."),
        (["new", "shop", "--yes", "--database", "mysql"], "There is no database"),
        (["new", "shop", "--yes", "--jobstore", "mongodb"], "There is no jobstore 'mongodb'."),
        (["new", "shop", "--yes", "--engine", "rq"], "There is no engine 'rq'."),
        (["new", "shop", "--yes", "--engine", "celery"], "The engine celery needs PostgreSQL:"),
        (["new", "shop", "--yes", "--broker", "redis"], "Without an engine there is no broker"),
        (["new", "shop", "--yes", "--ci", "x"], "There is no ci 'x'."),
        (["new", "shop", "--yes", "--python", "2.7"], "There is no python '2.7'."),
        (["new", "shop", "--yes", "--author", ""], "The author is empty."),
        (["new", "shop", "--timezone", "Mars/Base"], "There is no timezone 'Mars/Base'."),
        (["list"], "is not in a project that fastforge made."),
        (["verify"], "is not in a project that fastforge made."),
    ],
)
def test_a_wrong_value_is_explained(
    fastforge: Fastforge, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    assert_refused(fastforge(*arguments), 2, sentence)
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_is_no_unicode_is_refused(fastforge: Fastforge, tmp_path: Path) -> None:
    ran = fastforge("new", "shop", "--yes", "--author", os.fsdecode(b"Ad\xffa"))

    assert_refused(ran, 2, "The author has a character that is not Unicode text, at position 2.")
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_the_whole_command_is_given(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    ran = fastforge("new", "shop", "--bare", "--ci", "none")

    assert_refused(
        ran,
        2,
        "Missing: description, database, jobstore, metrics, docker; there is no terminal",
    )
    assert ran.err.splitlines()[1] == "  Type it all: fastforge new shop --ci none --bare --yes"
    assert list(tmp_path.iterdir()) == []


def test_the_command_that_is_given_works(fastforge: Fastforge, tmp_path: Path) -> None:
    hint = fastforge("new", "--description", "It's mine").err.splitlines()[1]
    _, *arguments = shlex.split(hint.removeprefix("  Type it all: "))

    assert fastforge(*arguments, "--no-verify", "--no-git").code == 0
    assert (tmp_path / "my-shop").is_dir()


def test_yes_needs_a_name(fastforge: Fastforge) -> None:
    assert_refused(fastforge("new", "--yes"), 2, "Missing: name; --yes was given.")


def test_a_complete_set_of_flags_needs_no_yes(fastforge: Fastforge, tmp_path: Path) -> None:
    flags = "--description d --database sqlite --jobstore database --metrics --docker --ci none"

    ran = fastforge("new", "shop", *flags.split(), "--examples", "--no-verify", "--no-git")

    assert ran.code == 0
    assert (tmp_path / "shop").is_dir()


def test_a_folder_that_is_not_empty_is_kept(fastforge: Fastforge, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").write_text("mine")

    ran = fastforge("new", "shop", "--yes")

    assert_refused(ran, 3, f"{tmp_path}/shop exists and is not empty.")
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["mine.txt"]


def test_a_file_is_kept(fastforge: Fastforge, tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")

    assert_refused(fastforge("new", "shop", "--yes"), 3, f"{tmp_path}/shop is a file.")
    assert (tmp_path / "shop").read_text() == "mine"


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_is_kept(fastforge: Fastforge, tmp_path: Path, *, there: bool) -> None:
    if there:
        (tmp_path / "else").mkdir()
    (tmp_path / "shop").symlink_to(tmp_path / "else")

    assert_refused(fastforge("new", "shop", "--yes"), 3, f"{tmp_path}/shop is a symbolic link.")
    assert (tmp_path / "shop").is_symlink()


def test_a_project_inside_a_project_is_refused(fastforge: Fastforge, tmp_path: Path) -> None:
    fastforge("new", "shop", "--yes", "--no-verify", "--no-git")
    inside = tmp_path / "shop" / "src"

    ran = fastforge("new", "other", "--yes", cwd=inside)

    assert_refused(ran, 2, f"{inside} is inside the fastforge project {tmp_path}/shop.")


def test_a_file_cannot_hold_a_project(fastforge: Fastforge, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ran = fastforge("new", "shop", "--yes", "-C", str(tmp_path / "file"))

    assert_refused(ran, 2, f"{tmp_path}/file is a file, not a folder.")


def test_a_folder_that_is_not_there_is_not_made_by_a_slip(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    ran = fastforge("new", "shop", "--yes", "-C", str(tmp_path / "typo"))

    assert_refused(ran, 2, f"There is no folder {tmp_path / 'typo'}.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody may write")
def test_a_folder_that_cannot_be_written_is_explained(fastforge: Fastforge) -> None:
    ran = fastforge("new", "shop", "--yes", "--no-verify", "-C", "/proc")

    assert_refused(ran, 5, "/proc/shop cannot be written: No such file or directory.")


def test_an_unknown_option_is_a_usage_error(fastforge: Fastforge) -> None:
    ran = fastforge("new", "shop", "--colour", "red")

    assert ran.code == 2
    assert "--colour" in ran.err


def test_a_traceback_is_shown_only_with_debug(fastforge: Fastforge) -> None:
    assert "Traceback" not in fastforge("new", "class", "--yes").err
    assert "Traceback" in fastforge("--debug", "new", "class", "--yes").err


@pytest.mark.parametrize("name", ["Shop", "SHOP"])
def test_a_name_that_differs_in_case_only_is_refused(
    fastforge: Fastforge, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()

    ran = fastforge("new", "shop", "--yes", "--no-verify")

    assert_refused(ran, 3, "differs from shop in case only")
    assert os.listdir(tmp_path) == [name]
