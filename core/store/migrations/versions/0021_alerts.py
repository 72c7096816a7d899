"""Alerts and where they are sent."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SEVERITIES = ("low", "medium", "high", "critical")
STATUSES = ("open", "acknowledged", "closed")
ACTS = (
    "raised", "repeated", "recovered", "came back", "acknowledged", "assigned", "snoozed", "woken", "escalated",
    "told", "closed",
)  # fmt: skip
CAUSES = (
    "the model", "the data it was given", "a system before it", "its deployment", "an expected change",
    "the threshold", "a false alarm", "a duplicate", "something else",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "alert",
        _row_id(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("severity", _choice("severity", SEVERITIES), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.String(length=4000), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("environment", sa.String(length=60), nullable=False),
        sa.Column("cluster", sa.String(length=16), nullable=False),
        sa.Column("cluster_at", Instant(), nullable=False),
        sa.Column("former", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("recovered_at", Instant(), nullable=True),
        sa.Column("status", _choice("alertstatus", STATUSES), nullable=False),
        sa.Column("assignee", sa.String(length=16), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=16), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("snoozed_until", Instant(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("escalate_at", Instant(), nullable=True),
        sa.Column("cause", _choice("cause", CAUSES), nullable=True),
        sa.Column("closed_by", sa.String(length=16), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closing", sa.String(length=2000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("number", name=op.f("uq_alert_number")),
    )
    standing = sa.text("closed_at IS NULL")
    op.create_index("uq_alert_open", "alert", ["key"], unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_index("ix_alert_cluster", "alert", ["cluster"], unique=False)
    op.create_index("ix_alert_scope", "alert", ["model", "environment", "id"], unique=False)
    op.create_index("ix_alert_status", "alert", ["status", "id"], unique=False)
    op.create_index("ix_alert_escalate", "alert", ["escalate_at"], unique=False)
    op.create_index("ix_alert_assignee", "alert", ["assignee", "status"], unique=False)
    op.create_table(
        "alert_act",
        _row_id(),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", _choice("alertact", ACTS), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_act_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_act")),
    )
    op.create_index("ix_alert_act_alert_id", "alert_act", ["alert_id"], unique=False)


def downgrade() -> None:
    op.drop_table("alert_act")
    op.drop_table("alert")


def _row_id() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    longest = max(len(word) for word in words)
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=longest + 16)
