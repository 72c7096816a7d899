"""Runs migrations inside the store's own transactions, so that a failed one leaves nothing behind."""

from alembic import context
from sqlalchemy import Engine

import core.every_table  # noqa: F401  fills the metadata
from core.store.base import Row

engine: Engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        compare_type=True,
        render_as_batch=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
