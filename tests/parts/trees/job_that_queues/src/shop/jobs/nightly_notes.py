"""The job `nightly_notes`: its work, and when and how it is run."""

from datetime import timedelta

from ..background import Daily, Job, RunContext
from ..tasks.send_note import TASK

DESCRIPTION = "Nightly notes."
VALUES = {
    "email": "ada@example.com",
}
"""What the task is given, as JSON has it."""


def nightly_notes(context: RunContext) -> None:
    """Do the work of one due time; a run that is cut off is not repeated, but recorded as lost."""
    # REPLACE what the task is given, and the test that calls it by tests of what you queue.
    payload = TASK.payload.model_validate(VALUES)
    context.enqueue(TASK, payload, key=str(context.run_id))  # once, also if this run is repeated


JOB = Job(
    name="nightly_notes",
    function=nightly_notes,
    schedule=Daily("03:30", timezone="UTC"),
    timeout=timedelta(minutes=10),
    description=DESCRIPTION,
)
