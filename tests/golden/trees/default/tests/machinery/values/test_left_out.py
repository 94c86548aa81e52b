"""Fields that may be left out."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from shop.values.left_out import LEFT_OUT


class Change(BaseModel):
    name: Annotated[str, Field(min_length=1)] = LEFT_OUT
    note: str | None = LEFT_OUT


@pytest.mark.parametrize("sent", [{}, {"name": "x"}, {"note": None}, {"name": "x", "note": "y"}])
def test_what_was_sent_is_told_from_what_was_left_out(sent: dict[str, object]) -> None:
    assert Change.model_validate(sent).model_dump(exclude_unset=True) == sent


@pytest.mark.parametrize("name", [None, "", 7])
def test_what_is_sent_is_a_value(name: object) -> None:
    with pytest.raises(ValidationError):
        Change.model_validate({"name": name})


def test_the_document_has_no_default() -> None:
    schema = Change.model_json_schema()

    assert "required" not in schema
    assert not [name for name, field in schema["properties"].items() if "default" in field]
