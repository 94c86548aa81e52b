"""The command that makes a key for a client."""

import json
import re

import pytest

from shop.settings import Settings
from shop.values.client_keys import hash_of
from shop.web.new_key import main

TOLD = re.compile(r"  (\S{43})\n.*\n  (\{.*\})\n")


def make(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    """Make a key; return it and the setting that is printed with it."""
    assert main(["web", *words]) == 0
    told = TOLD.search(capsys.readouterr().out)
    assert told
    return told[1], told[2]


def test_the_entry_has_the_hash_of_the_key_and_is_a_setting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    key, setting = make(capsys, "--scope", "a:b", "--scope=c", "--expires", "2027-01-01T00:00:00Z")

    made = Settings.model_validate({"client_api_keys": setting}).client_api_keys["web"]
    assert made.sha256 == hash_of(key)
    assert made.scopes == frozenset({"a:b", "c"})
    assert made.expires is not None
    assert made.expires.isoformat() == "2027-01-01T00:00:00+00:00"
    assert key not in setting


def test_a_key_of_which_nothing_is_said_may_do_all_for_ever_and_each_is_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = [make(capsys) for _ in range(2)]

    assert len({key for key, _ in made}) == 2
    assert [json.loads(setting) for _, setting in made] == [
        {"web": {"sha256": hash_of(key)}} for key, _ in made
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["no name"], "a name has"),
        (["web", "--scope", "a b"], "scopes: String should match pattern"),
        (["web", "--expires", "2027-01-01"], "expires: Input should have timezone info"),
        (["web", "--expires", "tomorrow"], "expires: Input should be a valid datetime"),
    ],
)
def test_what_cannot_be_is_refused_and_no_key_is_shown(
    capsys: pytest.CaptureFixture[str], words: list[str], problem: str
) -> None:
    with pytest.raises(SystemExit):
        main(words)

    told = capsys.readouterr()
    assert problem in told.err
    assert told.out == ""
