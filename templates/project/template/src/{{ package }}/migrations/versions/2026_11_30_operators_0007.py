"""Add tracebacks, an index of dead letters, and the numbers of each minute."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RUNS = "fastforge_runs"
MOMENT = sa.DateTime(timezone=True)
FINISHED = sa.text("finished_at IS NOT NULL")
IS_DEAD = sa.text(
    "lower(state) IN ('failed', 'timed_out', 'interrupted', 'lost') AND dismissed_at IS NULL"
)


def upgrade() -> None:
    """Go to this revision."""
    for table in (RUNS, "fastforge_attempts"):
        op.add_column(table, sa.Column("traceback", sa.Text(), nullable=True))
    op.create_index(
        "ix_fastforge_runs_dead",
        RUNS,
        ["finished_at"],
        postgresql_where=IS_DEAD,
        sqlite_where=IS_DEAD,
    )
    op.create_index(
        "ix_fastforge_runs_ended",
        RUNS,
        ["state", "finished_at"],
        postgresql_where=FINISHED,
        sqlite_where=FINISHED,
    )
    op.drop_index("ix_fastforge_runs_finished", RUNS)
    op.create_table(
        "fastforge_minutes",
        sa.Column("minute", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("longest", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "state", name="pk_fastforge_minutes"),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("fastforge_minutes")
    op.create_index(
        "ix_fastforge_runs_finished",
        RUNS,
        ["finished_at"],
        postgresql_where=FINISHED,
        sqlite_where=FINISHED,
    )
    op.drop_index("ix_fastforge_runs_ended", RUNS)
    op.drop_index("ix_fastforge_runs_dead", RUNS)
    for table in (RUNS, "fastforge_attempts"):
        op.drop_column(table, "traceback")
