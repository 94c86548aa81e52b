"""How Alembic reaches the database: the connection it is given, or the one the settings name."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from my_shop.database import Database, UtcDateTime
from my_shop.schema import metadata
from my_shop.settings import Settings


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our datetime type as what it is in the database."""
    is_datetime = kind == "type" and isinstance(item, UtcDateTime)
    return "sa.DateTime(timezone=True)" if is_datetime else False


def run(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(Settings().database_url)
    with database.engine.connect() as opened:
        run(opened)
    database.close()
