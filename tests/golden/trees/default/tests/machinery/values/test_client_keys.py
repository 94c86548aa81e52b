"""The keys of clients as a setting: two formats, names, hashes, scopes and ends."""

import json

import pytest
from pydantic import ValidationError

from shop.settings import Settings
from shop.values.client_keys import hash_of

KEYS = {"web": "KEY1", "cron": "KEY2"}


def entry(**more: object) -> str:
    """Give the setting with one key, of which more is said."""
    return json.dumps({"web": {"sha256": hash_of("KEY1"), **more}})


def read(monkeypatch: pytest.MonkeyPatch, keys: str) -> dict[str, str]:
    """Return the hashes of the keys of clients that a variable contains."""
    monkeypatch.setenv("CLIENT_API_KEYS", keys)
    return {name: key.sha256 for name, key in Settings().client_api_keys.items()}


@pytest.mark.parametrize(
    ("keys", "read_as"),
    [
        ("", {}),
        ("web:KEY1", {"web": "KEY1"}),
        ("web:KEY1,cron:KEY2", KEYS),
        (" web : a key , cron:KEY2 ", {"web": "a key", "cron": "KEY2"}),
        ("web-1.x_y:a:b=", {"web-1.x_y": "a:b="}),
        ('{"web": "KEY1", "cron": "KEY2"}', KEYS),
        (' {"web": "a:b, c"}', {"web": "a:b, c"}),
        (entry(scopes=["a"])[:-1] + ', "cron": "KEY2"}', KEYS),
    ],
)
def test_each_key_of_a_client_has_a_name(
    monkeypatch: pytest.MonkeyPatch, keys: str, read_as: dict[str, str]
) -> None:
    assert read(monkeypatch, keys) == {name: hash_of(key) for name, key in read_as.items()}


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("hushhush", "entry 1 is not NAME:KEY"),
        ("web:KEY1,hushhush", "entry 2 is not NAME:KEY"),
        ("web:KEY1,", "entry 2 is not NAME:KEY"),
        ("web:", "entry 1 is not NAME:KEY"),
        (":hushhush", "entry 1 is not NAME:KEY"),
        ("hush/hush:KEY1", "entry 1 is not NAME:KEY"),
        ("w\u00e9b:KEY1", "entry 1 is not NAME:KEY"),
        (f"{'w' * 33}:KEY1", "entry 1 is not NAME:KEY"),
        ("web:hush\u00e9", "entry 1 is not NAME:KEY"),
        ("web:hush\thush", "entry 1 is not NAME:KEY"),
        ("web:KEY1,web:hushhush", "entry 2 has the name of another"),
        ("web:hushhush,cron:hushhush", "two clients have the same key"),
        ('{"web": "hushhush"', "Expecting ',' delimiter"),
        ('{"web": "hushhush", "cron": "hushhush"}', "two clients have the same key"),
        ('{"web": "hushhush\\u00e9"}', "entry 1 is not NAME:KEY"),
        ('{"we b": "hushhush"}', "entry 1 is not NAME:KEY"),
        ('{"web": ["hushhush"]}', "valid dictionary"),
        ('{"web": {"sha256": "hushhush"}}', "should match pattern"),
        ('{"web": {"key": "hushhush"}}', "sha256\n  Field required"),
        (entry(scope=["a"]), "Extra inputs are not permitted"),
        (entry(scopes=["hush hush"]), "should match pattern"),
        (entry(scopes="hush"), "valid frozenset"),
        (entry(expires="2027-01-01T00:00:00"), "timezone"),
    ],
)
def test_what_is_wrong_with_the_keys_is_said_at_start_without_showing_one(
    monkeypatch: pytest.MonkeyPatch, keys: str, problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem) as raised:
        read(monkeypatch, keys)

    assert "client_api_keys" in str(raised.value)
    assert "hush" not in str(raised.value)


def test_keys_are_not_shown() -> None:
    settings = Settings.model_validate({"client_api_keys": "web:hush"})

    shown = f"{settings!r} {settings.model_dump()}"
    assert "hush" not in shown
    assert hash_of("hush") not in repr(settings)
