"""Keep with each run which request or run queued it, for traces."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("fastforge_runs", sa.Column("traceparent", sa.String(55), nullable=True))
    op.add_column("fastforge_batches", sa.Column("then_traceparent", sa.String(55), nullable=True))


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_column("fastforge_batches", "then_traceparent")
    op.drop_column("fastforge_runs", "traceparent")
