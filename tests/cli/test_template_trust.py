"""Templates that want to run something, or to write elsewhere, or that break half way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Fastforge
from tests.template_repository import TemplateRepository, template

FILES_ONLY = ("--yes", "--no-verify", "--no-git")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def wishful(tmp_path: Path) -> TemplateRepository:
    """A template that wants to run all that a template can, some of it in a file of its own."""
    made = TemplateRepository(tmp_path / "wishful")
    made.write(
        {
            "copier.yml": (
                "word: x\n"
                "_jinja_extensions: [jinja2.ext.do]\n"
                "_migrations:\n"
                "  - touch ../migrated\n"
                "  - {version: v1, before: [[touch, before me]], after: [touch ../after]}\n"
                "---\n"
                "!include 'more/*.yml'\n"
            ),
            "more/tasks.yml": (
                "_tasks:\n"
                "  - touch {{ _copier_conf.dst_path }}/../ran\n"
                "  - {command: [sh, -c, 'echo loud; touch ran'], when: '{{ true }}'}\n"
            ),
        }
    )
    made.commit("v1")
    return made


@pytest.mark.usefixtures("wishful")
def test_what_a_template_wants_to_run_is_listed_and_not_run(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    ran = fastforge("new", "shop", "--template=wishful", *FILES_ONLY)

    assert ran.code == 2
    assert ran.err == (
        f"error: The template {tmp_path}/wishful wants to run code of its own:\n"
        "  task: touch {{ _copier_conf.dst_path }}/../ran\n"
        "  task: sh -c 'echo loud; touch ran'\n"
        "  migration: touch ../migrated\n"
        "  migration: touch 'before me'\n"
        "  migration: touch ../after\n"
        "  extension of Jinja: jinja2.ext.do\n"
        "  Nothing was run or written. If you trust whoever wrote it, add --trust.\n"
    )
    assert names(tmp_path) == ["wishful"]


@pytest.mark.usefixtures("wishful")
def test_whom_copiers_user_trusts_does_not_count(fastforge: Fastforge, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text(f"trust: [{tmp_path}/]\n")

    ran = fastforge(
        "new", "shop", "--template=wishful", *FILES_ONLY, COPIER_SETTINGS_PATH=str(settings)
    )

    assert ran.code == 2
    assert "add --trust" in ran.err


@pytest.mark.usefixtures("wishful")
def test_who_is_trusted_runs_its_tasks_and_stdout_stays_ours(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    ran = fastforge("new", "shop", "--template=wishful", "--trust", *FILES_ONLY)

    assert ran.code == 0, ran.err
    assert "loud" not in ran.out
    assert "loud" in ran.err
    assert "--trust --yes" in ran.out
    assert names(tmp_path) == ["shop", "wishful"]
    assert "ran" in names(tmp_path / "shop")


def test_the_environment_that_a_task_makes_is_no_file_of_the_project(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    tasks = ["mkdir -p .venv/bin node_modules; ln -s /bin/sh .venv/bin/sh; date +%N > .venv/when"]
    made = template(tmp_path / "tooled", {"_tasks": tasks}, {"a": "x"})
    (tmp_path / "there").mkdir()
    for name in ("absent", "there"):
        ran = fastforge("new", name, "--template=tooled", "--trust", *FILES_ONLY)
        assert (ran.code, ran.out[:8]) == (0, "2 files "), ran.err
    made.write({"a": "y"})
    made.commit("v2")

    ran = fastforge("update", "--trust", "--json", cwd=tmp_path / "absent")

    assert ran.code == 0, ran.err
    changed = [file["path"] for file in json.loads(ran.out)["files"]]
    assert changed == [".copier-answers.yml", "a"]


@pytest.mark.parametrize(
    ("asks", "files", "said"),
    [
        ({"_tasks": ["exit 3"]}, {}, "Command 'exit 3' returned non-zero exit status 3."),
        ({}, {"a": "x", "b.jinja": "{{ 1 / 0 }}"}, "division by zero."),
        ({}, {"a": "x", "b.jinja": "{% if %}"}, "Expected an expression, got 'end of statement "),
        ({"_min_copier_version": "99"}, {}, "This template requires Copier version >= 99"),
        ({"_envops": {"undefined": "os.system"}}, {}, "Unsupported envops.undefined value"),
        ({"n": {"type": "int", "default": "x"}}, {}, "n cannot be 'x': it is not a whole number."),
        ({"n": {"type": "thing", "default": 1}}, {}, "question n has the unknown type 'thing'."),
        ({"n": {"type": "thing"}}, {}, "question n has the unknown type 'thing'."),
        ({True: "x"}, {}, "cannot be read: YAML reads True for a question's name: put it in quo"),
        ({"n": {"default": "{{ 1 / 0 }}"}}, {}, "question n cannot be rendered: division by zero"),
        ({"_subdirectory": "../.."}, {}, '"../.." is forbidden'),
        ({"way": "../../outside"}, {"{{ way }}/stolen": "x"}, '"../../outside" is forbidden'),
        ({"way": "/etc"}, {"{{ way }}/stolen-by-a-template": "x"}, "is forbidden"),
        ({"way": "x" * 300}, {"{{ way }}": "x"}, "File name too long"),
    ],
)  # fmt: skip
def test_what_goes_wrong_half_way_leaves_nothing(
    fastforge: Fastforge, tmp_path: Path, asks: dict[str, object], files: dict[str, str], said: str
) -> None:
    template(tmp_path / "broken", asks, files)

    ran = fastforge("new", "shop", "--template=broken", "--trust", *FILES_ONLY)

    assert ran.code == 2, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert names(tmp_path) == ["broken"]


@pytest.mark.parametrize("preserve", [True, False])
@pytest.mark.parametrize("leads", ["../../outside.txt", "{tmp}/outside.txt"])
def test_a_link_that_leads_outside_is_refused(
    fastforge: Fastforge, tmp_path: Path, leads: str, preserve: bool
) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    made = template(tmp_path / "leaky", {"_preserve_symlinks": preserve}, {"a": "x"})
    (made.path / "link").symlink_to(leads.format(tmp=tmp_path))
    made.commit("v2")

    ran = fastforge("new", "shop", "--template=leaky", *FILES_ONLY)

    assert ran.code == 2
    assert "link, a symbolic link that leads outside" in ran.err or '"link" is forbidden' in ran.err
    assert names(tmp_path) == ["leaky", "outside.txt"]
    assert (tmp_path / "outside.txt").read_text() == "secret"


def test_nothing_is_written_through_a_link_of_the_template(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    made = template(
        tmp_path / "sly", {"_preserve_symlinks": True, "folder": "link"}, {"{{ folder }}/a": "x"}
    )
    (made.path / "link").symlink_to(tmp_path / "outside")
    made.commit("v2")

    ran = fastforge("new", "shop", "--template=sly", *FILES_ONLY)

    assert ran.code == 2
    assert names(tmp_path / "outside") == []
    assert names(tmp_path) == ["outside", "sly"]


def test_a_question_cannot_read_a_file_outside_of_the_template(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    made = template(
        tmp_path / "curious", {"stolen": {"type": "str", "default": "{% include 'link' %}"}}, {}
    )
    (made.path / "link").symlink_to(tmp_path / "secret")
    made.commit("v2")

    ran = fastforge("new", "shop", "--template=curious", *FILES_ONLY, "--json")

    assert ran.code == 2
    assert "secret" not in ran.out + ran.err.replace(str(tmp_path), "")


WAITS = (
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "print('started', flush=True); time.sleep(60)"
)
"""A task that waits; a shell may lose a SIGINT that comes while it starts a program."""


@contextmanager
def running_task(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start to make a project, in a group of processes of its own, and wait for its long task."""
    template(folder / "slow", {"_tasks": [[sys.executable, "-c", WAITS]]}, {"a": "x"})
    command = [sys.executable, "-m", "fastforge", "new", "shop", "--template=slow", "--trust"]
    with subprocess.Popen(
        [*command, *FILES_ONLY], cwd=folder, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stderr
        while b"started" not in (line := process.stderr.readline()):
            assert line, "it has ended"
        yield process


def test_what_a_killed_run_left_is_removed_by_the_next(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    with running_task(tmp_path) as process:
        os.killpg(process.pid, signal.SIGKILL)
    left = set(names(tmp_path)) - {"slow"}
    assert [name.startswith(".shop.fastforge-") for name in left] == [True]
    template(tmp_path / "quick", {}, {"a": "x"})

    ran = fastforge("new", "shop", "--template=quick", *FILES_ONLY)

    assert ran.code == 0, ran.err
    assert names(tmp_path) == ["quick", "shop", "slow"]


@pytest.mark.usefixtures("fastforge")
def test_ctrl_c_while_a_task_runs_leaves_nothing(tmp_path: Path) -> None:
    with running_task(tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (130, b"interrupted\n")
    assert names(tmp_path) == ["slow"]
