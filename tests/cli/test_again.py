"""The command after "Again without questions", typed into a shell, makes the same again."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st
from typer.testing import CliRunner

from fastforge.answers.project import AUTHS, CI_SERVICES, JOBSTORES, PYTHONS, valid_combinations
from fastforge.changes.plan import Plan
from fastforge.commands.app import app
from fastforge.parts.project.creation import Creation
from fastforge.project.record import record_of
from fastforge.terminal.console import visible
from tests.conftest import Fastforge
from tests.parts.commands import command_lines
from tests.parts.small_shop import make_shop, make_small_shop

FEW = settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],  # to shrink takes minutes
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
NASTY = [
    "it's",
    'say "hi"',
    "$HOME `ls` \\n \\",
    "\x1b[31mred",
    "\u202eabc",
    "\x80\x9f",
    "-x",
    "é 🛒",
]
TEXTS = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50
).filter(str.strip)
OPTIONS = {
    "--description": TEXTS,
    "--author": TEXTS,
    "--jobstore": st.sampled_from(JOBSTORES),
    "--auth": st.sampled_from(AUTHS),
    "--ci": st.sampled_from(CI_SERVICES),
    "--python": st.sampled_from(PYTHONS),
    "--timezone": st.sampled_from(["UTC", "Europe/Berlin", "Etc/GMT+5"]),
}
ENGINES: list[list[str]] = [
    [],
    ["--database=postgresql"],
    ["--database=postgresql", "--engine=celery"],
    *(
        [f"--{option}={row[option]}" for option in ("database", "engine", "broker")]
        for row in valid_combinations()
    ),
]
SWITCHES = [
    *(("--metrics", "--no-metrics"), ("--page", "--no-page")),
    *(("--docker", "--no-docker"), ("--examples", "--bare")),
]


@st.composite
def options(draw: st.DrawFn) -> list[str]:
    words = []
    for option, values in OPTIONS.items():
        value = draw(st.none() | values)
        words += [] if value is None else [f"{option}={value}"]
    words += draw(st.sampled_from(ENGINES))
    for switch in SWITCHES:
        words += draw(st.sampled_from([[], *([one] for one in switch)]))
    return words


def read_by_a_shell(command: str) -> list[str]:
    """Give the words that bash gives to a command."""
    program = f"set -- {command}; printf '%s\\0' \"$@\""
    variables = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "-c", program], capture_output=True, check=True, env=variables)
    return done.stdout.decode().split("\0")[:-1]


def facts(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*words, "--json", "--dry-run"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the files out: the same answers give the same ones."""

    def prepare(answers: Any, parent: Path) -> Creation:
        record = record_of("project", answers.name, answers.as_dict(), {})
        return Creation(answers, record, {}, Plan(parent.absolute() / answers.name, ()))

    monkeypatch.setattr("fastforge.parts.project.creation.prepare", prepare)


@pytest.mark.usefixtures("unrendered")
@FEW
@given(options())
@example(["--description=\x1b[31mred \\ it's \u202e\x80"])
def test_any_project_is_the_same_again(words: list[str]) -> None:
    first = facts("new", "shop", *words, "--yes")

    program, *again = read_by_a_shell(first["command"])

    assert visible(first["command"]) == first["command"]  # nothing that a terminal obeys
    second = facts(*again)
    assert program == "fastforge"
    assert (second["answers"], second["project"]) == (first["answers"], first["project"])


@pytest.mark.usefixtures("unrendered")
def test_what_was_given_is_said_though_it_is_usual_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastforge.parts.project.command.configured_author", lambda: "Ada")
    monkeypatch.setattr("fastforge.parts.project.command.default_python", lambda: "3.12")

    said = facts("new", "shop", "--author", "Ada", "--python", "3.12", "--yes")["command"]

    assert said == "fastforge new shop --author Ada --python 3.12 --yes"
    assert facts("new", "shop", "--yes")["command"] == "fastforge new shop --yes"


@pytest.mark.usefixtures("unrendered")
def test_json_names_the_folder_too(tmp_path: Path) -> None:
    folder = tmp_path / "my work"

    told = facts("new", "shop", "-C", str(folder), "--yes")

    assert read_by_a_shell(told["command"])[-3:] == ["-C", str(folder), "--yes"]


@pytest.fixture(scope="module")
def my_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("again") / "my shop")


@FEW
@given(words=command_lines(1))
def test_any_part_is_the_same_again(my_shop: Path, words: list[str]) -> None:
    first = facts(*words, "-C", str(my_shop))

    _, *again = read_by_a_shell(first["command"])

    assert visible(first["command"]) == first["command"]  # nothing that a terminal obeys
    assert again[-2:] == ["-C", str(my_shop)]
    second = facts(*again)
    first["answers"].pop("start", None)  # the moment when the command ran
    second["answers"].pop("start", None)
    assert second["answers"] == first["answers"]
    assert second["command"] == first["command"]


def test_the_timeout_of_a_job_does_not_depend_on_when_it_is_made_again(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    shop = make_small_shop(tmp_path / "shop")

    ran = fastforge("add-job", "audit", "--cron", "*/7 * * * *", "--no-verify", cwd=shop)

    assert "--timeout 4m" in ran.out or "--timeout 7m" in ran.out
    assert "Undo: fastforge remove-job audit\n" in ran.out


def test_a_part_of_a_project_elsewhere_is_undone_there(
    fastforge: Fastforge, tmp_path: Path
) -> None:
    shop = make_small_shop(tmp_path / "my shop")

    ran = fastforge("add-task", "audit", "--no-verify", "-C", str(shop))

    assert f"Again without questions: fastforge add-task audit -C '{shop}'\n" in ran.out
    assert f"Undo: fastforge remove-task audit -C '{shop}'\n" in ran.out
    *_, undo = ran.out.splitlines()
    assert fastforge(*read_by_a_shell(undo.removeprefix("Undo: "))[1:]).code == 0
    assert not (shop / "src/shop/tasks/audit.py").exists()
