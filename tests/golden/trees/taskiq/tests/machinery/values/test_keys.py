"""Valid keys, and the format of the keys of clients."""

import pytest
from pydantic import ValidationError

from shop.settings import Settings


def read(monkeypatch: pytest.MonkeyPatch, keys: str) -> dict[str, str]:
    """Return the keys of clients that a variable contains."""
    monkeypatch.setenv("CLIENT_API_KEYS", keys)
    return {name: key.get_secret_value() for name, key in Settings().client_api_keys.items()}


@pytest.mark.parametrize(
    ("keys", "read_as"),
    [
        ("", {}),
        ("web:KEY1", {"web": "KEY1"}),
        ("web:KEY1,cron:KEY2", {"web": "KEY1", "cron": "KEY2"}),
        (" web : a key , cron:KEY2 ", {"web": "a key", "cron": "KEY2"}),
        ("web-1.x_y:a:b=", {"web-1.x_y": "a:b="}),
    ],
)
def test_each_key_of_a_client_has_a_name(
    monkeypatch: pytest.MonkeyPatch, keys: str, read_as: dict[str, str]
) -> None:
    assert read(monkeypatch, keys) == read_as


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
        ("web:KEY1,web:hushhush", "entry 2 has the name or the key of another"),
        ("web:hushhush,cron:hushhush", "entry 2 has the name or the key of another"),
    ],
)
def test_what_is_wrong_with_the_keys_is_said_at_start_without_showing_one(
    monkeypatch: pytest.MonkeyPatch, keys: str, problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem) as raised:
        read(monkeypatch, keys)

    assert "client_api_keys" in str(raised.value)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("key", ["hush\u00e9", "hush\n", " hush", "hush ", "\u00e9", "hu\x00sh"])
@pytest.mark.parametrize("setting", ["ops_api_key"])
def test_a_key_that_no_header_carries_unchanged_is_refused_at_start(setting: str, key: str) -> None:
    with pytest.raises(ValidationError, match="only printable ASCII characters") as raised:
        Settings.model_validate({setting: key})

    assert "hu" not in str(raised.value).replace("https", "")


@pytest.mark.parametrize("key", ["k", "two words", "~!@#$%^&*()_+-={}|[]:;'<>?./"])
def test_any_other_key_is_one(key: str) -> None:
    ops_api_key = Settings.model_validate({"ops_api_key": key}).ops_api_key

    assert ops_api_key is not None
    assert ops_api_key.get_secret_value() == key


def test_keys_are_not_shown() -> None:
    settings = Settings.model_validate({"client_api_keys": "web:hush", "ops_api_key": "hush"})

    assert "hush" not in repr(settings)
    assert "hush" not in str(settings.model_dump())
