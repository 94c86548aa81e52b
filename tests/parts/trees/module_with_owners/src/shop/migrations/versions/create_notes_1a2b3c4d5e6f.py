"""The table of the module notes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "1a2b3c4d5e6f"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("colour_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_id"], ["links.id"], name=op.f("fk_notes_about_id_links"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["colour_id"],
            ["colours.id"],
            name=op.f("fk_notes_colour_id_colours"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("owner", "label", name=op.f("uq_notes_owner_label")),
        sa.UniqueConstraint("about_id", "owner", name=op.f("uq_notes_about_id_owner")),
    )
    op.create_index(op.f("ix_notes_owner_notes_created_at"), "notes", ["owner", "created_at"])
    op.create_index(op.f("ix_notes_owner_notes_rank"), "notes", ["owner", "rank"])
    op.create_index(op.f("ix_notes_colour_id_notes_owner"), "notes", ["colour_id", "owner"])
    op.create_index(op.f("ix_notes_owner_notes_day_notes_id"), "notes", ["owner", "day", "id"])


def downgrade() -> None:
    """Go back to the one before."""
    op.drop_table("notes")
