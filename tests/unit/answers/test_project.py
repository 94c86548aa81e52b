"""The answers of a project."""

import re
from typing import Any

import pytest

from fastforge.answers.project import ProjectAnswers, valid_combinations
from fastforge.answers.values import LONGEST_TEXT
from fastforge.errors import UsageError


def answers(**changes: Any) -> ProjectAnswers:
    return ProjectAnswers(**{"name": "my-shop", "description": "Sells.", "author": "Ada"} | changes)


def test_answers_survive_being_saved() -> None:
    chosen = answers(metrics=False, timezone="Asia/Shanghai", ci="none")

    assert ProjectAnswers.from_dict(chosen.as_dict()) == chosen


def test_a_template_sees_the_package_name_too() -> None:
    context = answers().context()

    assert context["package"] == "my_shop"
    assert context["database"] == "sqlite"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database": "oracle"}, "There is no database 'oracle'."),
        ({"database": "mysql"}, "There is no database 'mysql'."),
        ({"jobstore": "mongodb"}, "There is no jobstore 'mongodb'."),
        ({"engine": "rq"}, "There is no engine 'rq'."),
        ({"broker": "kafka"}, "There is no broker 'kafka'."),
        ({"engine": "celery", "broker": "redis"}, "The engine celery needs PostgreSQL:"),
        ({"broker": "redis"}, "Without an engine there is no broker, and redis was chosen."),
        ({"engine": "taskiq", "database": "postgresql"}, "The engine taskiq needs a broker."),
        ({"auth": "oauth"}, "There is no auth 'oauth'."),
        ({"ci": "jenkins"}, "There is no ci 'jenkins'."),
        ({"python": "3.10"}, "There is no python '3.10'."),
        ({"timezone": "Mars/Base"}, "There is no timezone 'Mars/Base'."),
        ({"timezone": "../etc/passwd"}, "There is no timezone '../etc/passwd'."),
        ({"timezone": ""}, "There is no timezone ''."),
        ({"timezone": "Factory"}, "The timezone 'Factory' is no place's."),
        ({"description": " \n"}, "The description is empty."),
        ({"author": ""}, "The author is empty."),
        ({"author": "\ud800"}, "not Unicode text, at position 0"),
        ({"description": "x" * (LONGEST_TEXT + 1)}, "has 1001 characters"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError, match=re.escape(reason)) as caught:
        answers(**change)

    assert caught.value.hint


def test_a_misspelt_timezone_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="no timezone") as caught:
        answers(timezone="Europe/Berln")

    assert "Europe/Berlin" in caught.value.hint


@pytest.mark.parametrize("text", ["a\nb", "a \r\n\t b", "\u2028a\x85b\n", "a\fb"])
def test_line_breaks_in_a_text_become_one_space(text: str) -> None:
    assert answers(description=text, author=text).description == "a b"
    assert answers(author=text).author == "a b"


def test_other_white_space_in_a_text_is_kept() -> None:
    assert answers(description="Caf\xe9\xa0: a  b").description == "Caf\xe9\xa0: a  b"


@pytest.mark.parametrize(
    ("saved", "reason"),
    [
        ({"colour": "red"}, "`colour` is unknown"),
        ({"metrics": "yes"}, "`metrics` cannot be 'yes'"),
        ({"name": True}, "`name` cannot be True"),
    ],
)
def test_saved_answers_of_the_wrong_kind_are_refused(saved: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        ProjectAnswers.from_dict(answers().as_dict() | saved)


def test_saved_answers_must_be_complete() -> None:
    with pytest.raises(UsageError, match="lack author, description"):
        ProjectAnswers.from_dict({"name": "shop"})


def test_each_combination_that_is_offered_can_be_answered() -> None:
    combinations = list(valid_combinations())

    made = {answers(**combination) for combination in combinations}

    sqlite, postgresql = 1, 1 + 2 * 2  # in-process, and each engine with each broker
    keys = (sqlite + postgresql) * 3 * 2**5
    others = 2 * (2 * 2**5 + 2 * 2 * 3 * 2**3)  # jwt and none: in-process, and with engines
    assert len(made) == len(combinations) == keys + others


def test_a_project_of_before_auth_gives_its_clients_keys() -> None:
    saved = answers().as_dict()
    del saved["auth"]

    assert ProjectAnswers.from_dict(saved).auth == "keys"


def test_a_project_of_before_engines_runs_in_its_own_processes() -> None:
    saved = answers(database="postgresql").as_dict()
    del saved["engine"], saved["broker"]

    read = ProjectAnswers.from_dict(saved)

    assert (read.engine, read.broker) == ("inprocess", "none")
