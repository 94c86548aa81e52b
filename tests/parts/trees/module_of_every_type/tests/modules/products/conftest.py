"""Values to test the module products with."""

import pytest


@pytest.fixture
def examples() -> list[dict[str, object]]:
    """Give three that are valid and may be kept together."""
    return [
        {
            "name": "example",
            "sku": "example",
            "price": "1.00",
            "stock": 1,
            "weight": 1.5,
            "active": True,
            "released_on": "2026-03-01",
            "sold_at": "2026-03-01T09:30:00Z",
            "batch": "00000007-0000-4000-8000-000000000007",
            "contact": "ada@example.com",
            "site": "https://example.com/a",
            "tags": ["example"],
        },
        {
            "name": "example 2",
            "sku": "example 2",
            "price": "1.50",
            "stock": 2,
            "weight": 2.0,
            "active": False,
            "released_on": "2026-03-02",
            "sold_at": "2026-03-01T10:30:00Z",
            "batch": "00000007-0000-4000-8000-000000000008",
            "contact": "bob@example.com",
            "site": "https://example.com/b",
            "tags": ["example 2"],
        },
        {
            "name": "example 3",
            "sku": "example 3",
            "price": "2.00",
            "stock": 3,
            "weight": 2.5,
            "active": True,
            "released_on": "2026-03-03",
            "sold_at": "2026-03-01T11:30:00Z",
            "batch": "00000007-0000-4000-8000-000000000009",
            "contact": "cid@example.com",
            "site": "https://example.com/c",
            "tags": ["example 3"],
        },
    ]
