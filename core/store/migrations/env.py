"""Runs migrations inside the store's own transactions, so that a failed one leaves nothing behind."""

from alembic import context
from sqlalchemy import Engine

import core.every_table  # noqa: F401  fills the metadata
from core.store.base import Row
from core.store.words import of_words

engine: Engine = context.config.attributes["engine"]


def compared(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether rows and schema are compared here: indexes of words are the database's own."""
    return name is None or not of_words(name)


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        compare_type=True,
        render_as_batch=False,
        transaction_per_migration=True,
        include_name=compared,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
