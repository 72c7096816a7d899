"""Indexes for lists at the size of a large bank: each list of what waits for a person is read from one of them."""

import sqlalchemy as sa
from alembic import op

from core.store.words import facts_statements

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ADDED = (
    ("ix_model_developer", "model", ["developer"], ""),
    ("ix_model_version_newest", "model_version", ["model_id", "id", "stage"], ""),
    ("ix_model_version_model_stage", "model_version", ["model_id", "stage"], ""),
    ("ix_model_version_created_by", "model_version", ["created_by", "stage"], ""),
    ("ix_tier_override_status", "tier_override", ["status"], ""),
    ("ix_question_unanswered", "question", ["asked_at"], "answered_at IS NULL"),
    ("ix_condition_pending", "condition", ["due_at", "id"], "verified_at IS NULL"),
    ("ix_change_request_due_at", "change_request", ["status", "due_at", "id", "version_id"], ""),
    ("ix_change_request_version_id", "change_request", ["version_id", "status", "decided_at"], ""),
    ("ix_run_newest", "run", ["version_id", "status", "id"], ""),
)
SUPERSEDED = (  # by an added one that begins with the same columns
    ("ix_model_version_newest", "model_version", ["model_id", "id"]),
    ("ix_change_request_status", "change_request", ["status"]),
    ("ix_change_request_version_id", "change_request", ["version_id"]),
    ("ix_run_version_id", "run", ["version_id"]),
)


def upgrade() -> None:
    for name, table, _ in SUPERSEDED:
        op.drop_index(name, table_name=table)
    for name, table, columns, condition in ADDED:
        only = sa.text(condition) if condition else None
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
    for statement in facts_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in facts_statements(op.get_bind().dialect.name, drop=True):
        op.execute(statement)
    for name, table, _, _ in reversed(ADDED):
        op.drop_index(name, table_name=table)
    for name, table, columns in SUPERSEDED:
        op.create_index(name, table, columns)
