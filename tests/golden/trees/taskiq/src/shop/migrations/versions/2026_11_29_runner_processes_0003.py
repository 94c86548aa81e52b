"""Replace the leases of runs, which ended at a clock time, by processes that count beats."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this revision. Processes of older code are in no table, so they count as gone."""
    op.create_table(
        "runner_processes",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runner_processes"),
    )
    op.add_column("runs", sa.Column("held_by", sa.String(255), nullable=True))
    held = "UPDATE runs SET held_by = COALESCE(owner, 'unknown')"
    op.execute(f"{held} WHERE lease_until IS NOT NULL OR state = 'running'")
    op.drop_index("ix_runs_lease", "runs")
    op.drop_column("runs", "lease_until")
    op.create_index("ix_runs_held_by", "runs", ["held_by"])


def downgrade() -> None:
    """Go back to the one before; all leases count as ended."""
    op.add_column("runs", sa.Column("lease_until", MOMENT, nullable=True))
    ended = "UPDATE runs SET lease_until = COALESCE(started_at, created_at)"
    op.execute(f"{ended} WHERE held_by IS NOT NULL")
    op.drop_index("ix_runs_held_by", "runs")
    op.drop_column("runs", "held_by")
    op.create_index("ix_runs_lease", "runs", ["lease_until"])
    op.drop_table("runner_processes")
