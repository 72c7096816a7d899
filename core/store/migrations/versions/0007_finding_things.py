"""Finding things: indexes of words, indexes that lists are read from, and saved views."""

import sqlalchemy as sa
from alembic import op

from core.ledger.columns import FromBody
from core.store.types import Instant
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


ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _views()
    _bulk_edits()
    op.add_column("log_entry", sa.Column("subject", sa.Text(), FromBody("entity", "id", first_word=True)))
    for name, columns in NEWEST_FIRST.items():
        op.drop_index(name, table_name="log_entry")
        op.create_index(name, "log_entry", [*columns, "idx"], unique=False)
    op.create_index("ix_log_entry_actor_action", "log_entry", ["actor", "action", "idx"], unique=False)
    op.create_index("ix_log_entry_entity_kind", "log_entry", ["entity_kind", "idx"], unique=False)
    op.create_index("ix_log_entry_subject", "log_entry", ["subject", "idx"], unique=False)
    op.create_index("ix_finding_listed", "finding", ["severity", "status", "due_at", "id"], unique=False)
    op.create_index("ix_run_requested_by", "run", ["requested_by"], unique=False)
    op.create_index("ix_question_asked_by", "question", ["asked_by"], unique=False)
    op.create_index("ix_change_request_decided_at", "change_request", ["decided_at", "id"], unique=False)
    for statement in statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", "\\:")))


def _views() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("number", name=op.f("uq_saved_view_number")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_view_owner")),
    )
    op.create_index(op.f("ix_saved_view_shared"), "saved_view", ["shared"], unique=False)
    op.create_table(
        "default_view",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_default_view_view_id_saved_view")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_default_view")),
    )
    op.create_index(op.f("ix_default_view_view_id"), "default_view", ["view_id"], unique=False)


def _bulk_edits() -> None:
    op.create_table(
        "bulk_edit",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("undoes", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit")),
        sa.UniqueConstraint("number", name=op.f("uq_bulk_edit_number")),
    )
    op.create_table(
        "bulk_edit_row",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("bulk_edit_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_edit_id"], ["bulk_edit.id"], name=op.f("fk_bulk_edit_row_bulk_edit_id_bulk_edit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit_row")),
        sa.UniqueConstraint("bulk_edit_id", "model", "field", name=op.f("uq_bulk_edit_row_bulk_edit_id")),
    )


def downgrade() -> None:
    for table in ("bulk_edit_row", "bulk_edit", "default_view", "saved_view"):
        op.drop_table(table)
    for statement in drop_statements(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index("ix_change_request_decided_at", table_name="change_request")
    op.drop_index("ix_question_asked_by", table_name="question")
    op.drop_index("ix_run_requested_by", table_name="run")
    op.drop_index("ix_finding_listed", table_name="finding")
    op.drop_index("ix_log_entry_subject", table_name="log_entry")
    op.drop_index("ix_log_entry_entity_kind", table_name="log_entry")
    op.drop_index("ix_log_entry_actor_action", table_name="log_entry")
    for name, columns in NEWEST_FIRST.items():
        op.drop_index(name, table_name="log_entry")
        op.create_index(name, "log_entry", columns, unique=False)
    op.drop_column("log_entry", "subject")
