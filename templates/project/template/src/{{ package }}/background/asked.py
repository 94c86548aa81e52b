"""Which runs were asked to stop, for statements: such a run is neither repeated nor a dead letter.

It succeeds, or it is cancelled, whatever else happens to it.
"""

from sqlalchemy import Case, bindparam, case, literal, select

from .models import RUNS, State

STATE = RUNS.c.state.type
CANCELLED = literal(State.CANCELLED, STATE)
ASKED = RUNS.c.cancel_asked_at.is_not(None)
TO_STOP = select(RUNS.c.id).where(RUNS.c.held_by == bindparam("owner"), ASKED)


def unless_asked(state: State) -> Case[State]:
    """Return `state`, in SQL, or CANCELLED for a run that was asked to stop."""
    return case((ASKED, CANCELLED), else_=literal(state, STATE))
