"""Fields that may be left out of a request without having a default."""

from typing import Any

from pydantic import Field

LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Given to a field of any type: `null` is still refused, unless the type allows it.

What was sent is in `model_dump(exclude_unset=True)`; the attribute of a field left out is None.
"""
