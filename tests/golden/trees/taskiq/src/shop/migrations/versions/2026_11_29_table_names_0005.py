"""Rename the tables of background work, so that they do not clash with other tables."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    ("runs", "fastforge_runs"),
    ("runner_processes", "fastforge_runner_processes"),
    ("apscheduler_jobs", "fastforge_stored_jobs"),
    ("handled_jobs", "fastforge_handled_jobs"),
    ("scheduler_processes", "fastforge_scheduler_processes"),
    ("scheduler_starts", "fastforge_scheduler_starts"),
    ("paused_jobs", "fastforge_paused_jobs"),
)
NAMED = {
    "runs": ("uq_{}_unique_key", "ix_{}_claim", "ix_{}_held_by", "ix_{}_history", "ix_{}_finished"),
    "apscheduler_jobs": ("ix_{}_next_run_time",),
    "scheduler_starts": ("{}_number_seq",),
}
"""Indexes and sequences; the index of a constraint takes the constraint's name along."""
NOT_NULL = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint
        WHERE conrelid = '{new}'::regclass AND contype = 'n' AND starts_with(conname, '{old}_')
    LOOP
        EXECUTE 'ALTER TABLE {new} RENAME CONSTRAINT ' || quote_ident(name)
            || ' TO ' || quote_ident(replace(name, '{old}_', '{new}_'));
    END LOOP;
END $$
"""
"""PostgreSQL 18 names these too."""


def upgrade() -> None:
    """Go to this revision."""
    refuse_taken(new for _, new in TABLES)
    for old, new in TABLES:
        rename(old, new, NAMED.get(old, ()))


def downgrade() -> None:
    """Go back to the one before."""
    refuse_taken(old for old, _ in TABLES)
    for old, new in TABLES:
        rename(new, old, NAMED.get(old, ()))


def refuse_taken(names: Iterable[str]) -> None:
    """Raise CommandError if another table or view has one of the new names."""
    if context.is_offline_mode():
        return
    there = sa.inspect(op.get_bind())
    if taken := [name for name in names if there.has_table(name)]:
        raise CommandError(
            "the tables of background work get other names, but the database has"
            f" {', '.join(taken)} already: rename yours first; nothing was migrated"
        )


def rename(old: str, new: str, named: Iterable[str]) -> None:
    """Rename a table, its indexes and constraints; the database adapts views and foreign keys."""
    op.rename_table(old, new)
    for name in ("pk_{}", *named):  # ALTER TABLE renames indexes and sequences too
        op.rename_table(name.format(old), name.format(new))
    op.execute(NOT_NULL.format(old=old, new=new))
