"""Connects Alembic to the database: by a given connection, or as the settings say."""

from typing import Any, Literal

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from shop.database import Database, UtcDateTime
from shop.database.migrating import checked, for_migrations
from shop.process.discovery import metadata
from shop.settings import Settings


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write UtcDateTime as the type that the database has."""
    is_datetime = kind == "type" and isinstance(item, UtcDateTime)
    return "sa.DateTime(timezone=True)" if is_datetime else False


OPTIONS: dict[str, Any] = {
    "target_metadata": metadata(),
    "render_as_batch": True,
    "render_item": render_item,
    "transactional_ddl": True,  # all or nothing, on SQLite too
    "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
}


def run(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction(), checked(connection):
        refuse_outdated_database()
        context.run_migrations()


def refuse_outdated_database() -> None:
    """Refuse `--autogenerate` while the database is not at the newest revision."""
    options = context.config.cmd_opts
    heads = context.script.get_heads()
    if not getattr(options, "autogenerate", False):
        return
    if len(heads) > 1 and getattr(options, "head", "head") == "head":
        named = " and ".join(sorted(heads))
        raise CommandError(f"{named} are both the newest: run `uv run alembic merge heads` first")
    if set(context.get_context().get_current_heads()) != set(heads):
        raise CommandError("the database is not migrated: run `uv run alembic upgrade heads` first")


def write_sql() -> None:
    """Print the statements (`--sql`), without a database."""
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    write_sql()
elif given is not None:
    run(given)
else:
    database = Database(Settings().database_url)
    try:
        with for_migrations(database.engine).connect() as opened:
            run(opened)
    finally:
        database.close()
