import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, computed_field

from shop.background import RunContext, Task
from shop.background.work import Work
from shop.database import Database
from shop.settings import Settings


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(default="", alias="noteText")

    @computed_field
    def length(self) -> int:
        return len(self.text)


def ignore(_payload: Note, _context: RunContext) -> None:
    pass


@pytest.fixture
def context(settings: Settings, database: Database) -> RunContext:
    return RunContext(uuid4(), "note", 1, datetime.now(UTC), settings, database)


def test_only_idempotent_work_is_repeated_after_it_was_cut_off() -> None:
    """T6: three attempts, or `retries` + 1; after that the run itself may be the cause."""
    once = Task(name="note", payload=Note, function=ignore, retries=9)
    safe = Task(name="note", payload=Note, function=ignore, idempotent=True)
    patient = Task(name="note", payload=Note, function=ignore, idempotent=True, retries=5)

    assert [once.may_repeat(n) for n in (1, 2)] == [False, False]
    assert [safe.may_repeat(n) for n in (1, 2, 3)] == [True, True, False]
    assert [patient.may_repeat(n) for n in (5, 6)] == [True, False]


def test_a_payload_comes_back_as_it_was_whatever_aliases_its_fields_have(
    context: RunContext,
) -> None:
    """T8."""
    seen: list[Note] = []
    task = Task(name="note", payload=Note, function=lambda note, _: seen.append(note))
    sent = Note(noteText="grüße \0 😀")

    stored = task.dump(sent)
    task.call(context, stored)
    task.call(context, stored.replace("text", "noteText"))

    assert json.loads(stored) == {"text": "grüße \0 😀"}
    assert seen == [sent, sent]


def test_a_stored_payload_that_no_longer_fits_does_not_reach_the_function(
    context: RunContext,
) -> None:
    """T8: the code may have changed since it was queued."""
    seen: list[Note] = []
    task = Task(name="note", payload=Note, function=lambda note, _: seen.append(note))

    with pytest.raises(ValidationError):
        task.call(context, '{"text": 1}')
    with pytest.raises(ValidationError):
        task.call(context, None)

    assert not seen


def test_a_task_is_limited_as_it_says_and_other_work_is_not() -> None:
    """T3."""
    assert Task(name="note", payload=Note, function=ignore, max_concurrency=5).limit == 5
    assert Task(name="note", payload=Note, function=ignore).limit is None
    assert Work(name="bare").limit is None
