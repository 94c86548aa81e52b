"""`fastforge new --template`: what it takes, what it writes, and what it refuses."""

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Fastforge, files_of
from tests.template_repository import TemplateRepository, template

FILES_ONLY = ("--yes", "--no-verify", "--no-git")


def answers_in(project: Path) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return answers


@pytest.fixture
def greeting(tmp_path: Path) -> TemplateRepository:
    """A template with one question."""
    return template(
        tmp_path / "greeting",
        {"name": {"type": "str"}, "word": {"type": "str", "default": "Hello"}},
        {"{{ name }}.txt.jinja": "{{ word }}, {{ name }}!\n"},
    )


def test_a_project_is_made_and_can_be_made_again(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    ran = fastforge("new", "shop", "--template", "greeting", *FILES_ONLY)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"2 files in {tmp_path}/shop\n"
        "\n"
        "Next:\n"
        "  cd shop\n"
        f"Again without questions: fastforge new shop --template {greeting.path} --yes\n"
    )
    assert (tmp_path / "shop/shop.txt").read_text() == "Hello, shop!\n"
    assert answers_in(tmp_path / "shop") == {
        "_commit": "v1",
        "_src_path": str(greeting.path),
        "name": "shop",
        "word": "Hello",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["greeting", "shop"]

    again = fastforge("new", "shop", "--template", "greeting", *FILES_ONLY)

    assert (again.code, again.out.splitlines()[0]) == (0, f"2 files unchanged in {tmp_path}/shop")


def test_data_wins_over_the_file_and_that_over_defaults(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    (tmp_path / "answers.yml").write_text("word: Hi\nname: from the file\n")

    ran = fastforge(
        "new", "shop", f"--template={greeting.path}", "--data-file=answers.yml", "--data=name=a=b",
        *FILES_ONLY,
    )  # fmt: skip

    assert ran.code == 0, ran.err
    assert (tmp_path / "shop/a=b.txt").read_text() == "Hi, a=b!\n"
    assert "--data name=a=b --data word=Hi --yes" in ran.out


def test_the_newest_tag_is_taken_unless_a_version_is_named(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    for tag, asks in {"v10.0": "tenth", "v9.0": "ninth", "v11.0rc1": "candidate"}.items():
        greeting.write({"copier.yml": f"name: x\nword: {asks}\n"})
        greeting.commit(tag)
    greeting.git("checkout", "--quiet", "-b", "wip/next")
    greeting.write({"copier.yml": "name: x\nword: branch\n"})
    greeting.commit()
    last = greeting.git("rev-parse", "HEAD")
    expected = {"": "tenth", "v9.0": "ninth", "wip/next": "branch", last[:10]: "branch"}

    for number, (ref, word) in enumerate(expected.items()):
        chosen = [f"--ref={ref}"] if ref else []
        ran = fastforge("new", f"shop{number}", "--template=greeting", *chosen, *FILES_ONLY)
        assert ran.code == 0, ran.err
        assert answers_in(tmp_path / f"shop{number}")["word"] == word
    assert answers_in(tmp_path / "shop0")["_commit"] == "v10.0"


def test_without_tags_the_newest_commit_is_taken_and_that_is_said(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    made = template(tmp_path / "untagged", {"word": "a"}, {}, tag=None)
    made.write({"copier.yml": "word: b\n"})
    made.commit()

    ran = fastforge("new", "shop", "--template=untagged", *FILES_ONLY)

    assert ran.code == 0
    assert "has no tags that are versions" in ran.err
    assert answers_in(tmp_path / "shop")["word"] == "b"


def test_what_is_not_committed_is_used_and_that_is_said(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    made = template(tmp_path / "draft", {"word": "a"}, {}, tag=None)
    made.write({"copier.yml": "word: draft\n"})

    ran = fastforge("new", "shop", "--template=draft", *FILES_ONLY)

    assert ran.code == 0, ran.err
    assert "has changes that are not committed" in ran.err
    assert answers_in(tmp_path / "shop")["word"] == "draft"
    assert made.git("status", "--porcelain") == "M copier.yml"


def test_a_bundle_is_a_template(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    greeting.git("bundle", "create", "--quiet", str(tmp_path / "greeting.bundle"), "--all")
    shutil.rmtree(greeting.path)

    ran = fastforge("new", "shop", "--template=greeting.bundle", *FILES_ONLY)

    assert ran.code == 0, ran.err
    assert answers_in(tmp_path / "shop")["_src_path"] == f"{tmp_path}/greeting.bundle"
    assert (tmp_path / "shop/shop.txt").read_text() == "Hello, shop!\n"


def test_an_address_is_a_template(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    address = f"git+file://{greeting.path}"

    ran = fastforge(
        "new", "shop", f"--template={address}", *FILES_ONLY, COPIER_CACHE_DIR=str(tmp_path / "c")
    )

    assert ran.code == 0, ran.err
    assert answers_in(tmp_path / "shop")["_src_path"] == address


def test_a_folder_without_a_repository_is_a_template(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    shutil.rmtree(greeting.path / ".git")

    ran = fastforge("new", "shop", "--template=greeting", *FILES_ONLY)

    assert ran.code == 0, ran.err
    assert "is no git repository: projects made from it cannot be updated" in ran.err
    assert (tmp_path / "shop/shop.txt").read_text() == "Hello, shop!\n"


@pytest.mark.usefixtures("greeting")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--template=nowhere"], "There is no template"),
        (["--template=nowhere.git"], "cannot be fetched: git said:"),
        (["--template=.", "--ref=v1"], "is no git repository, so it has no version v1."),
        (["--template=."], "has no copier.yml"),
        (["--template=greeting", "--ref=v7"], "has no version v7.\n  Its last tags: v1."),
        (["--template=greeting", "--ref=--help"], "has no version --help."),
        (["--template=greeting", "--data=wrod=x"], "does not ask for wrod.\n  It asks for: name, "),
        (["--template=greeting", "--data=word"], "--data word is no answer."),
        (["--template=greeting", "--data-file=none.yml"], "none.yml cannot be read: No such file"),
        (["--template=greeting", "--bare", "--ci=none"], "--ci, --examples/--bare are answers to"),
        (["--ref=v1"], "are about the template of --template."),
        (["--data=a=b"], "are about the template of --template."),
        (["--trust"], "are about the template of --template."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    fastforge: Fastforge, tmp_path: Path, arguments: list[str], said: str
) -> None:
    ran = fastforge("new", "shop", *FILES_ONLY, *arguments)

    assert ran.code == 2, ran.err
    assert said in ran.err
    assert not (tmp_path / "shop").exists()


@pytest.mark.usefixtures("greeting")
@pytest.mark.parametrize("name", ["../shop", ".shop", "a/b", ""])
def test_a_name_is_one_of_a_folder(fastforge: Fastforge, name: str) -> None:
    ran = fastforge("new", "--template=greeting", *FILES_ONLY, "--", name)

    assert ran.code == 2
    assert "is no name of a folder" in ran.err


@pytest.mark.usefixtures("greeting")
def test_without_a_name_nothing_is_made(fastforge: Fastforge) -> None:
    ran = fastforge("new", "--template=greeting", *FILES_ONLY)

    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        "error: Missing: NAME, which is the folder of the project.",
    )


def test_what_has_no_default_is_named_where_nobody_is_asked(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    asks = {
        "title": {"type": "str"},
        "port": {"type": "int", "default": 80},
        "owner": {"type": "str", "default": "{{ UNSET }}"},
        "never": {"type": "str", "when": False},
    }
    template(tmp_path / "strict", asks, {})

    with_yes = fastforge("new", "shop", "--template=strict", *FILES_ONLY)
    without = fastforge("new", "shop", "--template=strict")

    assert (with_yes.code, without.code) == (2, 2)
    assert "Missing: title, owner; --yes was given." in with_yes.err
    assert "Add --data=title=VALUE --data=owner=VALUE." in with_yes.err
    assert "Missing: title, port, owner; there is no terminal to ask at." in without.err


@pytest.mark.usefixtures("greeting")
def test_a_place_that_is_taken_is_left_alone(fastforge: Fastforge, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/mine.txt").write_text("mine")
    before = files_of(tmp_path)

    ran = fastforge("new", "shop", "--template=greeting", *FILES_ONLY)

    assert ran.code == 3
    assert "exists and is not empty" in ran.err
    assert files_of(tmp_path) == before


@pytest.mark.usefixtures("greeting")
def test_here_is_the_folder_itself_with_its_repository(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    shop = TemplateRepository(tmp_path / "shop")
    marker = shop.path.stat().st_ino

    ran = fastforge("new", "--here", "--template=../greeting", *FILES_ONLY, cwd=shop.path)

    assert ran.code == 0, ran.err
    assert shop.path.stat().st_ino == marker
    assert sorted(path.name for path in shop.path.iterdir()) == [
        ".copier-answers.yml",
        ".git",
        "shop.txt",
    ]


@pytest.mark.usefixtures("greeting")
@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_a_dry_run_writes_nothing(fastforge: Fastforge, tmp_path: Path, option: str) -> None:
    before = files_of(tmp_path)

    ran = fastforge("new", "shop", "--template=greeting", "--yes", option)

    assert ran.code == 0, ran.err
    assert files_of(tmp_path) == before
    told = {"--dry-run": "create  shop.txt\n2 files; nothing was written.\n", "--diff": "+Hello, s"}
    assert told[option] in ran.out


@pytest.mark.usefixtures("greeting")
def test_json_tells_all(fastforge: Fastforge, tmp_path: Path) -> None:
    ran = fastforge("new", "shop", "--template=greeting", "--json", *FILES_ONLY)

    told = json.loads(ran.out)
    assert told["project"] == str(tmp_path / "shop")
    assert told["template"] == {"source": str(tmp_path / "greeting"), "version": "v1"}
    assert told["answers"] == {"name": "shop", "word": "Hello"}
    assert told["command"] == f"fastforge new shop --template {tmp_path}/greeting --yes"
    assert told["files"][1] == {"path": "shop.txt", "action": "create"}


def test_one_file_is_one(fastforge: Fastforge, tmp_path: Path) -> None:
    TemplateRepository(tmp_path / "lone").write({"copier.yml": "word: a\n", "a.txt": "a"})

    ran = fastforge("new", "shop", "--template=lone", *FILES_ONLY)

    assert ran.out.startswith("1 file in ")


def test_secrets_are_not_in_the_command_and_that_is_said(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    asks = {name: {"type": "str", "secret": True, "default": "x"} for name in ("key", "other")}
    template(tmp_path / "secretive", {**asks, "word": "a"}, {})
    new = ("new", "shop", "--template=secretive", "--data=key=s3cret", *FILES_ONLY)

    ran = fastforge(*new)
    told = json.loads(fastforge(*new, "--json").out)

    assert "s3cret" not in ran.out
    assert ran.out.endswith("That leaves out what is secret: add --data for key.\n")
    assert told["left_out"] == ["key"]


def test_a_first_commit_is_made(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in {"NAME": "Ada", "EMAIL": "ada@example.org"}.items()
    }

    ran = fastforge("new", "shop", "--template=greeting", "--yes", "--no-verify", **who)

    assert ran.code == 0
    greeting.path = tmp_path / "shop"
    assert greeting.git("log", "--format=%s %an").startswith("Create shop with fastforge")
    assert greeting.git("status", "--porcelain") == ""


def test_a_hook_of_git_does_not_send_the_template_elsewhere(
    fastforge: Fastforge, tmp_path: Path, greeting: TemplateRepository
) -> None:
    other = TemplateRepository(tmp_path / "other")
    other.commit("v9")

    ran = fastforge(
        "new", "shop", "--template=greeting", *FILES_ONLY, GIT_DIR=str(other.path / ".git")
    )

    assert ran.code == 0, ran.err
    assert answers_in(tmp_path / "shop")["_commit"] == "v1"
    assert greeting.git("log", "--format=%s") == "v1"
    assert other.git("log", "--format=%s") == "v9"


def test_what_the_template_says_afterwards_is_said(fastforge: Fastforge, tmp_path: Path) -> None:
    said = {"_message_after_copy": "Now run make {{ word }}\x1b[2J.", "word": "all"}
    template(tmp_path / "wordy", said, {})
    template(tmp_path / "odd", {"_message_after_copy": "{{ 1 / 0 }}", "word": "all"}, {})

    ran = fastforge("new", "shop", "--template=wordy", *FILES_ONLY)
    odd = fastforge("new", "odder", "--template=odd", *FILES_ONLY)

    assert "The template says: Now run make all\\x1b[2J.\n" in ran.out
    assert (odd.code, "The template says" in odd.out) == (0, False)


def test_modes_and_links_are_the_templates(fastforge: Fastforge, tmp_path: Path) -> None:
    made = TemplateRepository(tmp_path / "linked")
    made.write({"copier.yml": "_preserve_symlinks: true\n", "run.sh": "#!/bin/sh\n"})
    (made.path / "run.sh").chmod(0o755)
    (made.path / "link").symlink_to("run.sh")
    made.commit("v1")
    (tmp_path / "there").mkdir()

    for name in ("absent", "there"):
        ran = fastforge("new", name, "--template=linked", *FILES_ONLY)
        assert ran.code == 0, ran.err
        assert stat.S_IMODE((tmp_path / name / "run.sh").stat().st_mode) & 0o100
        assert os.readlink(tmp_path / name / "link") == "run.sh"  # noqa: PTH115
    assert "keeps no answers file, so projects made from it cannot be updated" in ran.err
