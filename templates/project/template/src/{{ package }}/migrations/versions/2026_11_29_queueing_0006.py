"""Add priorities, limits, cancelling, progress, results, batches and the record of attempts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RUNS = "fastforge_runs"
PROCESSES = "fastforge_runner_processes"
MOMENT = sa.DateTime(timezone=True)
UNFINISHED = sa.text("finished_at IS NULL")
QUEUED = sa.text("state = 'queued'")
SCHEDULED = sa.text("state = 'scheduled'")
HELD = sa.text("held_by IS NOT NULL")
FINISHED = sa.text("finished_at IS NOT NULL")
IN_A_BATCH = sa.text("batch_id IS NOT NULL")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Go to this revision."""
    for column in (
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("place", sa.Double(), nullable=False, server_default="0"),
        sa.Column("concurrency_key", sa.String(400), nullable=True),
        sa.Column("cancel_asked_at", MOMENT, nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
    ):
        op.add_column(RUNS, column)
    for column in (
        sa.Column("version", sa.String(64), nullable=False, server_default=""),
        sa.Column("engine", sa.String(16), nullable=False, server_default=""),
        sa.Column("threads", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column(PROCESSES, column)
    for index in ("claim", "held_by", "finished"):
        op.drop_index(f"ix_fastforge_runs_{index}", RUNS)
    _index("ix_fastforge_runs_claim", ["available_at"], UNFINISHED)
    _index("ix_fastforge_runs_place", ["name", "place"], QUEUED)
    _index("ix_fastforge_runs_scheduled", ["state", "available_at"], SCHEDULED)
    _index("ix_fastforge_runs_held_by", ["held_by"], HELD)
    _index("ix_fastforge_runs_finished", ["finished_at"], FINISHED)
    _index("ix_fastforge_runs_batch", ["batch_id", "state"], IN_A_BATCH)
    op.create_index("ix_fastforge_runs_state", RUNS, ["state", "due_at", "id"])
    op.create_table(
        "fastforge_attempts",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("worker", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_fastforge_attempts"),
    )
    op.create_table(
        "fastforge_starts",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "attempt", name="pk_fastforge_starts"),
    )
    op.create_index("ix_fastforge_starts_rate", "fastforge_starts", ["name", "started_at"])
    op.create_table(
        "fastforge_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unique_key", sa.String(400), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("then_name", sa.String(64), nullable=True),
        sa.Column("then_payload", sa.Text(), nullable=True),
        sa.Column("then_priority", sa.Integer(), nullable=False),
        sa.Column("then_concurrency_key", sa.String(400), nullable=True),
        sa.Column("only_after_success", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fastforge_batches"),
        sa.UniqueConstraint("unique_key", name="uq_fastforge_batches_unique_key"),
    )
    op.create_index(
        "ix_fastforge_batches_open",
        "fastforge_batches",
        ["created_at"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )


def downgrade() -> None:
    """Go back to the one before."""
    for table in ("fastforge_batches", "fastforge_starts", "fastforge_attempts"):
        op.drop_table(table)
    op.execute("UPDATE fastforge_runs SET state = 'queued' WHERE state = 'scheduled'")
    op.execute("UPDATE fastforge_runs SET state = 'skipped' WHERE state = 'cancelled'")
    for index in ("state", "batch", "finished", "held_by", "scheduled", "place", "claim"):
        op.drop_index(f"ix_fastforge_runs_{index}", RUNS)
    op.create_index("ix_fastforge_runs_finished", RUNS, ["finished_at"])
    op.create_index("ix_fastforge_runs_held_by", RUNS, ["held_by"])
    op.create_index("ix_fastforge_runs_claim", RUNS, ["state", "available_at"])
    for column in ("follows_id", "batch_id", "result", "progress", "cancel_asked_at"):
        op.drop_column(RUNS, column)
    for column in ("concurrency_key", "place", "priority"):
        op.drop_column(RUNS, column)
    for column in ("threads", "engine", "version"):
        op.drop_column(PROCESSES, column)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, RUNS, columns, postgresql_where=where, sqlite_where=where)
