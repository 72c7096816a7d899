"""Finding things: indexes of words, indexes that lists are read from, and saved views."""

import sqlalchemy as sa
from alembic import op

from core.ledger.columns import FromBody
from core.store.words import drop_statements, statements

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEWEST_FIRST = {
    "ix_log_entry_at": ["at"],
    "ix_log_entry_actor": ["actor"],
    "ix_log_entry_action": ["action"],
    "ix_log_entry_entity_id": ["entity_id"],
}


def upgrade() -> None:
    op.add_column("log_entry", sa.Column("subject", sa.Text(), FromBody("entity", "id", first_word=True)))
    for name, columns in NEWEST_FIRST.items():
        op.drop_index(name, table_name="log_entry")
        op.create_index(name, "log_entry", [*columns, "idx"], unique=False)
    op.create_index("ix_log_entry_actor_action", "log_entry", ["actor", "action", "idx"], unique=False)
    op.create_index("ix_log_entry_entity_kind", "log_entry", ["entity_kind", "idx"], unique=False)
    op.create_index("ix_log_entry_subject", "log_entry", ["subject", "idx"], unique=False)
    for statement in statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    for statement in drop_statements(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index("ix_log_entry_subject", table_name="log_entry")
    op.drop_index("ix_log_entry_entity_kind", table_name="log_entry")
    op.drop_index("ix_log_entry_actor_action", table_name="log_entry")
    for name, columns in NEWEST_FIRST.items():
        op.drop_index(name, table_name="log_entry")
        op.create_index(name, "log_entry", columns, unique=False)
    op.drop_column("log_entry", "subject")
