"""What the page of one run shows: its attempts, its batch, its payload and result (S13, T9)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...background.batches import Batch
from ...background.history import past_attempts
from ...background.listing import MOST_COUNTED
from ...background.models import DEAD_LETTERS, Run, State
from ...background.views import AttemptView, attempts

LONGEST_SHOWN = 20_000


class Attempt(AttemptView):
    """One attempt, with its traceback."""

    traceback: str | None


@dataclass(frozen=True, slots=True)
class Together:
    """How many runs of a batch are in each state, and which task follows; its run, if any."""

    id: UUID
    states: Sequence[tuple[State, int]]
    follower: str | None
    follower_id: UUID | None

    def __str__(self) -> str:
        """Say how many runs there are, as far as they were counted."""
        count = sum(count for _, count in self.states)
        if count > MOST_COUNTED:
            return f"more than {MOST_COUNTED:,} runs"
        return "1 run" if count == 1 else f"{count:,} runs"


def attempts_of(session: Session, run: Run) -> list[Attempt]:
    """Return the attempts of a run, the newest first."""
    return attempts(run, past_attempts(session, [run.id], tracebacks=True)[run.id], Attempt)[::-1]


def together(session: Session, batch_id: UUID | None) -> Together | None:
    """Return what is known of a batch, as far as it is still there."""
    batch = None if batch_id is None else session.get(Batch, batch_id)
    if batch is None:
        return None
    parts = select(Run.state).where(Run.batch_id == batch.id).limit(MOST_COUNTED + 1).subquery()
    state = parts.c.state
    counts = session.execute(select(state, func.count()).group_by(state).order_by(state))
    states = [(each, count) for each, count in counts]
    follower_id = session.scalar(select(Run.id).where(Run.id == batch.id))  # if it is there
    return Together(batch.id, states, batch.then_name, follower_id)


def verbs(run: Run) -> list[str]:
    """Return what may be done with a run."""
    dead = run.state in DEAD_LETTERS and run.dismissed_at is None
    unended = run.finished_at is None and run.cancel_asked_at is None
    may_cancel = unended or (dead and run.state is State.INTERRUPTED)
    return [*(["retry", "dismiss"] if dead else []), *(["cancel"] if may_cancel else [])]


def readable(text: str | None) -> str | None:
    """Indent JSON; of a long text, return the beginning."""
    if text is None or len(text) > LONGEST_SHOWN:
        return text and f"{text[:LONGEST_SHOWN]} ... and {len(text) - LONGEST_SHOWN:,} more"
    try:
        indented = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
    return indented.encode(errors="backslashreplace").decode()
