"""Rename the tables of background work, so that they do not clash with other tables."""

import re
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
INDEXES = {
    "runs": (
        ("ix_{}_claim", ["state", "available_at"]),
        ("ix_{}_held_by", ["held_by"]),
        ("ix_{}_history", ["name", "due_at"]),
        ("ix_{}_finished", ["finished_at"]),
    ),
    "apscheduler_jobs": (("ix_{}_next_run_time", ["next_run_time"]),),
}
TRIGGERS = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")


def upgrade() -> None:
    """Go to this revision."""
    refuse_taken(new for _, new in TABLES)
    for old, new in TABLES:
        rename(old, new, INDEXES.get(old, ()))


def downgrade() -> None:
    """Go back to the one before."""
    refuse_taken(old for old, _ in TABLES)
    for old, new in TABLES:
        rename(new, old, INDEXES.get(old, ()))


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


def rename(old: str, new: str, indexes: Iterable[tuple[str, list[str]]]) -> None:
    """Rename a table, its indexes and constraints; the database adapts views and foreign keys."""
    op.rename_table(old, new)
    for name, _ in indexes:
        op.drop_index(name.format(old), new)
    if not context.is_offline_mode():  # `--sql` cannot read them, so they keep their names
        rename_constraints(old, new)
    for name, columns in indexes:
        op.create_index(name.format(new), new, columns)


def rename_constraints(old: str, new: str) -> None:
    """Rebuild a table with its rows and triggers, because SQLite cannot rename a constraint."""
    connection = op.get_bind()
    table = sa.Table(new, sa.MetaData(), autoload_with=connection)
    named = re.compile(rf"^(pk|uq)_{old}(?=_|$)")
    found = [each for each in table.constraints if named.match(str(each.name))]
    for constraint in found:
        constraint.name = named.sub(rf"\1_{new}", str(constraint.name))
    if found:
        triggers = connection.scalars(TRIGGERS, {"table": new}).all()
        with op.batch_alter_table(new, recreate="always", copy_from=table):
            pass
        for trigger in triggers:
            connection.exec_driver_sql(trigger)
