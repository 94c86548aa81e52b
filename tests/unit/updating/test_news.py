"""What is told of a new version: settings, answers, changes for those who run the service."""

from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.project.record import Record
from fastforge.releases.releases import versions
from fastforge.updating.news import News, read_dotenv
from fastforge.updating.notes import NOTES, key_of, notes_between
from fastforge.updating.settings import settings_in
from fastforge.updating.taken import taken

SETTINGS = b"""
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "BOXES_"

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    log_level: str = "INFO"

class Gateway(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX)
    url: str = ""

class Mail(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MAIL_")
    sender: str

class Other:
    colour: str
"""


def test_settings_are_read_from_sources_with_their_prefixes() -> None:
    tree = {
        "src/shop/settings.py": SETTINGS,
        "tests/settings.py": SETTINGS.replace(b"log_level", b"of_tests"),
        "src/shop/notes.txt": b"class X(BaseSettings):\n    no: int",
    }

    assert settings_in(tree) == {"LOG_LEVEL", "BOXES_URL", "MAIL_SENDER"}


def test_a_variable_of_dotenv_that_nothing_reads_any_more_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# NOT=1\nexport OLD=1\n  other = 2\nNO LINE\n")
    news = News(
        answers={"page": True, "engine": "inprocess"},
        settings={"NEW"},
        gone={"OLD", "NEVER_SET"},
        dotenv=read_dotenv(tmp_path),
    )

    assert list(news.sentences()) == [
        "New question: page. The answer is true; fastforge update --set changes it.",
        "New question: engine. The answer is inprocess; fastforge update --set changes it.",
        "New settings, see .env.example: NEW.",
        "No longer read: NEVER_SET, OLD.",
        "Your .env sets OLD, which nothing reads any more.",
    ]


def test_a_dotenv_that_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("SECRET=1\n")
    project = tmp_path / "shop"
    project.mkdir()
    (project / ".env").symlink_to("../elsewhere")

    assert read_dotenv(project) == set()
    assert read_dotenv(tmp_path) == set()


def test_notes_are_told_where_an_update_crosses_them_and_the_answers_fit() -> None:
    of_the_page = next(note for note in NOTES if note.answers == {"page": True})

    told = list(notes_between("0.1.0", "0.2.0", {"page": True}))

    assert of_the_page.text in told
    assert of_the_page.text not in notes_between("0.1.0", "0.2.0", {"page": False})
    assert list(notes_between("0.2.0", "0.3.0", {"page": True})) == []
    assert list(notes_between("0.1.0", "0.1.9", {"page": True})) == []


def test_parts_whose_routes_and_tables_the_service_has_now_are_told() -> None:
    records = [
        Record("module", "runs", {}, {}),
        Record("module", "boxes", {}, {}),
        Record("task", "look", {"route": "/ops/look"}, {}),
        Record("task", "quiet", {"route": ""}, {}),
        Record("job", "workers", {}, {}),
    ]

    assert list(taken(records)) == [
        "The service has a table called runs itself now: rename the module.",
        "The service answers at /runs itself now: give the module another route.",
        "The service answers at /ops/look itself now: give the task another route.",
    ]


def test_every_note_is_of_a_version_that_there_is() -> None:
    assert {note.version for note in NOTES} <= {*versions(), __version__}


@pytest.mark.parametrize(
    ("older", "newer"), [("0.9.1", "0.10.0"), ("0.2.0", "0.2.1"), ("1.9", "1.10")]
)
def test_versions_sort_as_numbers(older: str, newer: str) -> None:
    assert key_of(older) < key_of(newer)
