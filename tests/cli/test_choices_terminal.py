"""Prompts with fixed choices, of a timezone, and of a line: by the arrow keys or by typing."""

import signal
from pathlib import Path

import pytest
import yaml

from tests.parts.small_shop import make_small_shop
from tests.terminal import COLUMNS, DELETE, DOWN, LEFT, TAB, UP, Terminal, terminal

SQLITE = "sqlite      a file: nothing to set up, for one machine"
POSTGRESQL = "postgresql  a server that you run: for several machines"
PROMPT = "  database (sqlite, postgresql) [sqlite]:"
ALL_BUT = {
    "--description": "Sells.",
    "--database": "sqlite",
    "--jobstore": "database",
    "--engine": "inprocess",
    "--ci": "none",
    "--timezone": "UTC",
}
SWITCHES = ["--no-metrics", "--no-page", "--no-docker", "--bare", "--no-verify", "--no-git"]


def new_without(*asked: str) -> list[str]:
    given = [f"{option}={value}" for option, value in ALL_BUT.items() if option not in asked]
    return ["new", "shop", *given, *SWITCHES]


def answers_in(folder: Path) -> dict[str, object]:
    record = yaml.safe_load((folder / "shop/.fastforge/project.yml").read_text())
    answers: dict[str, object] = record["answers"]
    return answers


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["\r"], "sqlite"),
        ([DOWN, "\r"], "postgresql"),
        ([DOWN, DOWN, "\r"], "sqlite"),
        ([UP, "\r"], "postgresql"),
        ([DOWN, UP, "\r"], "sqlite"),
        (["postgresql\r"], "postgresql"),
        (["p\r"], "postgresql"),
        (["P", TAB, "\r"], "postgresql"),
        ([DOWN, "s\r"], "sqlite"),
    ],
)
def test_a_choice_is_marked_by_arrows_or_letters_and_taken_by_enter(
    tmp_path: Path, keys: list[str], chosen: str
) -> None:
    with terminal(tmp_path, *new_without("--database")) as person:
        person.expect_on_screen(PROMPT, f"  > {SQLITE}", f"    {POSTGRESQL}")
        for key in keys:
            person.type(key)
        person.expect_on_screen(f"{PROMPT} {chosen}\n")

        assert person.end() == 0

    assert answers_in(tmp_path)["database"] == chosen


def test_the_mark_is_seen_to_move(tmp_path: Path) -> None:
    with terminal(tmp_path, *new_without("--database")) as person:
        person.expect_on_screen(PROMPT, f"  > {SQLITE}", f"    {POSTGRESQL}")
        person.type(DOWN)
        person.expect_on_screen(PROMPT, f"    {SQLITE}", f"  > {POSTGRESQL}")
        person.type("s")
        person.expect_on_screen(
            f"{PROMPT} s", "  > sqlite  a file: nothing to set up, for one machine", ""
        )
        person.type("\r")

        assert person.end() == 0


def test_what_is_no_choice_is_refused_and_the_way_back_goes_on_working(tmp_path: Path) -> None:
    with terminal(tmp_path, *new_without("--database", "--ci")) as person:
        person.expect(PROMPT)
        person.type("mysql\r")
        person.expect("There is no database 'mysql'. Choose from: sqlite, postgresql.")
        person.expect(PROMPT)
        person.type(f"{DOWN}\r")
        person.expect_on_screen(
            "  ci (github, none) [github]:", "  > github  a workflow for GitHub Actions"
        )
        person.type("<\r")
        person.expect_on_screen(
            "  database (sqlite, postgresql) [postgresql]:",
            f"    {SQLITE}",
            f"  > {POSTGRESQL}",
        )
        person.type("\r")
        person.expect("ci (github, none)")
        person.type(f"{UP}\r")

        assert person.end() == 0

    assert answers_in(tmp_path) | {"database": "postgresql", "ci": "none"} == answers_in(tmp_path)


@pytest.mark.parametrize(
    ("typed", "offered", "zone"),
    [
        ("berlin", ["Europe/Berlin"], "Europe/Berlin"),
        ("new y", ["America/New_York"], "America/New_York"),
        ("sao", ["Africa/Sao_Tome", "America/Sao_Paulo"], "America/Sao_Paulo"),
        ("Etc/UTC", ["Etc/UTC"], "Etc/UTC"),
    ],
)
def test_a_city_is_enough_for_a_timezone(
    tmp_path: Path, typed: str, offered: list[str], zone: str
) -> None:
    with terminal(tmp_path, *new_without("--timezone", "--ci")) as person:
        person.expect("ci (")
        person.type("\r")
        person.expect_on_screen("  timezone [UTC]:", "  > UTC")
        person.type(typed)
        first, *others = offered
        person.expect_on_screen(
            f"  timezone [UTC]: {typed}", f"  > {first}", *(f"    {name}" for name in others)
        )
        person.type(f"{DOWN * offered.index(zone)}\r")

        assert person.end() == 0

    assert answers_in(tmp_path)["timezone"] == zone
    assert f"--timezone {zone}" in person.shown


def test_a_line_can_be_edited(tmp_path: Path) -> None:
    with terminal(tmp_path, *new_without("--description"), "--timezone=UTC") as person:
        person.expect("description [")
        person.type(f"Sellz.{LEFT}{LEFT}{DELETE}s\r")

        assert person.end() == 0

    assert answers_in(tmp_path)["description"] == "Sells."


def test_a_terminal_that_can_only_print_shows_the_choices_too(tmp_path: Path) -> None:
    with terminal(tmp_path, *new_without("--database"), TERM="dumb") as person:
        person.expect(SQLITE)
        person.expect(POSTGRESQL)
        person.expect(PROMPT)
        person.type("postgresql\n")

        assert person.end() == 0

    assert "\x1b" not in person.shown
    assert answers_in(tmp_path)["database"] == "postgresql"


@pytest.mark.parametrize(
    ("asked", "prompt"), [("--description", "description ["), ("--database", "database (")]
)
def test_a_signal_at_a_prompt_ends_it_and_writes_nothing(
    tmp_path: Path, asked: str, prompt: str
) -> None:
    with terminal(tmp_path, *new_without(asked)) as person:
        person.expect(prompt)
        person.process.send_signal(signal.SIGTERM)

        assert person.end() == 128 + signal.SIGTERM

    assert "interrupted" in person.shown
    assert "Traceback" not in person.shown
    assert list(tmp_path.iterdir()) == []


def words_are_whole(person: Terminal, sentence: str, columns: int) -> bool:
    lines = [line.strip() for line in person.shown.splitlines()]
    assert max(map(len, lines)) <= columns, lines
    return sentence in " ".join(lines)


REFUSED = (
    "error: The project name `my shop!` is not made of lower-case letters, digits, `-` and `_`, "
    "starting with a letter."
)


@pytest.mark.parametrize("columns", [40, 60, COLUMNS])
def test_an_error_is_wrapped_at_words(tmp_path: Path, columns: int) -> None:
    with terminal(tmp_path, "new", "my shop!", columns=columns) as person:
        assert person.end() == 2

    assert words_are_whole(person, REFUSED, columns)
    assert words_are_whole(person, "Try `my-shop`.", columns)


def test_an_error_at_a_prompt_is_wrapped_at_words_too(tmp_path: Path) -> None:
    shop = make_small_shop(tmp_path / "shop")
    problem = "The job name `class` is a word of the Python language. Choose another, for example"

    with terminal(shop, "add-job", columns=40, TERM="dumb") as person:
        person.expect("name: ")
        person.type("class\n")
        person.expect("name: ")
        assert person.end_input() == 130

    assert words_are_whole(person, problem, 40)
