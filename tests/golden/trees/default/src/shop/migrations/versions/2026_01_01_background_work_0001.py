"""Create the run ledger, the jobstore and the table of scheduler processes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
JOBSTORES = ("apscheduler_jobs", "apscheduler_runtime_jobs")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("unique_key", sa.String(400), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("owner", sa.String(255), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("available_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("dismissed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("unique_key", name="uq_runs_unique_key"),
    )
    op.create_index("ix_runs_claim", "runs", ["state", "available_at"])
    op.create_index("ix_runs_lease", "runs", ["lease_until"])
    op.create_index("ix_runs_history", "runs", ["name", "due_at"])
    op.create_index("ix_runs_finished", "runs", ["finished_at"])
    for table in JOBSTORES:
        op.create_table(
            table,
            sa.Column("id", sa.Unicode(191), nullable=False),
            sa.Column("next_run_time", sa.Float(25), nullable=True),
            sa.Column("job_state", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        )
        op.create_index(f"ix_{table}_next_run_time", table, ["next_run_time"])
    op.create_table(
        "scheduler_processes",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("declared", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scheduler_processes"),
    )
    op.create_table(
        "paused_jobs",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_paused_jobs"),
    )


def downgrade() -> None:
    """Go back to the one before."""
    for table in ("paused_jobs", "scheduler_processes", *JOBSTORES, "runs"):
        op.drop_table(table)
