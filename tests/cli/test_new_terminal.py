"""The questions of `fastforge new`, asked at a pseudo-terminal."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.terminal import Terminal, terminal


def answers_in(folder: Path) -> dict[str, object]:
    record = yaml.safe_load((folder / ".fastforge/project.yml").read_text())
    answers: dict[str, object] = record["answers"]
    return answers


def test_every_question_is_asked_and_can_be_gone_back_to(tmp_path: Path) -> None:
    with terminal(tmp_path, "new", "--no-verify", "--no-git") as person:
        person.expect("< goes back")
        person.expect("name: ")
        person.type("class\n")
        person.expect("is a word of the Python language")
        person.expect("name: ")
        person.type("shop\n")
        person.expect("description [A FastAPI service")
        person.type("Sells things 🛒\n")
        person.expect("database (sqlite, postgresql) [sqlite]: ")
        person.type("\n")
        person.expect("jobstore (database, redis, memory) [database]: ")
        person.type("memory\n")
        person.expect("metrics (yes, no) [yes]: ")
        person.type("<\n")
        person.expect("jobstore (database, redis, memory) [memory]: ")
        person.type("database\n")
        person.expect("metrics (yes, no) [yes]: ")
        person.type("no\n")
        person.expect("page (yes, no) [yes]: ")
        person.type("no\n")
        person.expect("docker (yes, no) [yes]: ")
        person.type("\n")
        person.expect("ci (github, none) [github]: ")
        person.type("none\n")
        person.expect("examples (yes, no) [yes]: ")
        person.type("no\n")
        person.expect("timezone [UTC]: ")
        person.type("Middle Earth\n")
        person.expect("There is no timezone 'Middle Earth'")
        person.expect("timezone [UTC]: ")
        person.type("\n")

        assert person.end() == 0

    assert (
        "Again without questions: fastforge new shop --description 'Sells things 🛒' "
        "--no-metrics --no-page --ci none --bare --yes" in person.shown
    )
    chosen = answers_in(tmp_path / "shop")
    assert chosen["description"] == "Sells things 🛒"
    assert (chosen["jobstore"], chosen["metrics"], chosen["docker"]) == ("database", False, True)


def test_an_engine_and_its_broker_are_asked_for_where_the_database_allows_one(
    tmp_path: Path,
) -> None:
    flags = ["--bare", "--no-metrics", "--page", "--no-docker", "--ci=none", "--timezone=UTC"]

    with terminal(
        tmp_path, "new", "shop", "--description=Sells.", *flags, "--no-verify", "--no-git"
    ) as person:
        person.expect("database (sqlite, postgresql) [sqlite]: ")
        person.type("postgresql\n")
        person.expect("jobstore (database, redis, memory) [database]: ")
        person.type("\n")
        person.expect("engine (inprocess, celery, taskiq) [inprocess]: ")
        person.type("celery\n")
        person.expect("broker (redis, rabbitmq) [redis]: ")
        person.type("\n")
        assert person.end() == 0

    chosen = answers_in(tmp_path / "shop")
    assert (chosen["engine"], chosen["broker"]) == ("celery", "redis")
    assert "--database postgresql --engine celery --broker redis" in person.shown


def test_only_what_is_missing_is_asked(tmp_path: Path) -> None:
    flags = ["--bare", "--no-metrics", "--page", "--no-docker", "--ci=none", "--jobstore=memory"]
    flags += ["--database=sqlite", "--no-verify", "--no-git"]

    with terminal(tmp_path, "new", "shop", *flags) as person:
        person.expect("description [")
        person.type("\n")
        person.expect("timezone [")
        person.type("\n")
        assert person.end() == 0

    assert "docker (yes, no)" not in person.shown


@pytest.mark.parametrize("leave", [Terminal.interrupt, Terminal.end_input])
def test_an_interruption_writes_nothing(tmp_path: Path, leave: Callable[[Terminal], int]) -> None:
    with terminal(tmp_path, "new", "--no-git") as person:
        person.expect("name: ")

        assert leave(person) == 130

    assert "interrupted" in person.shown
    assert "Traceback" not in person.shown
    assert list(tmp_path.iterdir()) == []


def test_colours_are_left_out_where_the_user_wants_none(tmp_path: Path) -> None:
    with terminal(tmp_path, "new", "class", "--yes", NO_COLOR="1") as person:
        assert person.end() == 2

    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", person.shown)
