"""Count all due times; number the starts and beats of scheduler processes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNUSED = "apscheduler_runtime_jobs"
COUNTS = (("runs", "earlier"), ("scheduler_processes", "started"), ("scheduler_processes", "beats"))

COUNT = """
UPDATE runs SET error = NULL, earlier =
    CAST(REPLACE(REPLACE(error, 'and ', ''), ' due times before this one', '') AS INTEGER)
WHERE kind = 'job' AND error = 'and ' || REPLACE(
    REPLACE(error, 'and ', ''), ' due times before this one', ''
) || ' due times before this one'
"""
"""Older code kept the count as a text in `error`: `and 50 due times before this one`."""
NOTE = """
UPDATE runs SET error = 'and ' || CAST(earlier AS VARCHAR(11)) || ' due times before this one'
WHERE earlier > 0 AND error IS NULL
"""


def upgrade() -> None:
    """Go to this revision."""
    for table, column in COUNTS:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
    op.execute(COUNT)
    op.create_table(
        "handled_jobs",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_handled_jobs"),
    )
    op.create_table(
        "scheduler_starts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_scheduler_starts"),
        sqlite_autoincrement=True,
    )
    rows = sa.select(sa.literal(1)).select_from(sa.table(UNUSED)).limit(1)
    if not context.is_offline_mode() and op.get_bind().scalar(rows):
        message = f"{UNUSED} has rows, which this version does not run: empty it first"
        raise CommandError(message)
    op.drop_table(UNUSED)


def downgrade() -> None:
    """Go back to the one before."""
    op.create_table(
        UNUSED,
        sa.Column("id", sa.Unicode(191), nullable=False),
        sa.Column("next_run_time", sa.Float(25), nullable=True),
        sa.Column("job_state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{UNUSED}"),
    )
    op.create_index(f"ix_{UNUSED}_next_run_time", UNUSED, ["next_run_time"])
    op.drop_table("scheduler_starts")
    op.drop_table("handled_jobs")
    op.execute(NOTE)
    for table, column in reversed(COUNTS):
        op.drop_column(table, column)
