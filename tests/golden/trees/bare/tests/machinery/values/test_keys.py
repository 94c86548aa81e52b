"""Which keys are valid."""

import pytest
from pydantic import ValidationError

from my_shop.settings import Settings


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
    settings = Settings.model_validate({"ops_read_key": "hush", "ops_api_key": "hush"})

    assert "hush" not in repr(settings)
    assert "hush" not in str(settings.model_dump())
