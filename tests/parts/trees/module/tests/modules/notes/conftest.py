"""Values to test the module notes with."""

import pytest


@pytest.fixture
def examples() -> list[dict[str, object]]:
    """Give three that are valid and may be kept together."""
    return [
        {
            "name": "example",
        },
        {
            "name": "example 2",
        },
        {
            "name": "example 3",
        },
    ]
