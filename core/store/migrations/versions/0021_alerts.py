"""Alerts and where they are sent."""

import re

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CHANNEL = "ck_outbox_message_channel"
CHANNELS = ("people", "addresses", "webhook", "service")
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
        sa.Column("waits_since", Instant(), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
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
    _people_and_channels()
    _channels("webhook", "registry", "anchor", "mail", "service")


def downgrade() -> None:
    op.execute(
        "DELETE FROM outbox_attempt WHERE message_id IN "
        "(SELECT id FROM outbox_message WHERE channel IN ('mail', 'service'))"
    )
    op.execute("DELETE FROM outbox_message WHERE channel IN ('mail', 'service')")
    _channels("webhook", "registry", "anchor")
    for table in ("alert_notice", "alert_route", "alert_channel", "alert_person", "alert_act"):
        op.drop_table(table)
    op.drop_table("alert")


def _people_and_channels() -> None:
    op.create_table(
        "alert_person",
        _row_id(),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_person_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_person")),
        sa.UniqueConstraint("alert_id", "person", name=op.f("uq_alert_person_alert_id")),
    )
    op.create_index("ix_alert_person_person", "alert_person", ["person"], unique=False)
    op.create_table(
        "alert_channel",
        _row_id(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", _choice("channelkind", CHANNELS), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("shown", sa.String(length=500), nullable=False),
        sa.Column("target", sa.String(length=8000), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_channel")),
        sa.UniqueConstraint("number", name=op.f("uq_alert_channel_number")),
    )
    op.create_table(
        "alert_route",
        _row_id(),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("least", _choice("severity", SEVERITIES), nullable=False),
        sa.Column("kinds", sa.String(length=400), nullable=False),
        sa.Column("tiers", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("environment", sa.String(length=60), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channel.id"], name=op.f("fk_alert_route_channel_id_alert_channel")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_route")),
    )
    op.create_index("ix_alert_route_channel_id", "alert_route", ["channel_id"], unique=False)
    op.create_table(
        "alert_notice",
        _row_id(),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("to", sa.String(length=16), nullable=False),
        sa.Column("act", _choice("noticed", ACTS), nullable=False),
        sa.Column("severity", _choice("severity", SEVERITIES), nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_notice_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_notice")),
    )
    op.create_index("ix_alert_notice_due", "alert_notice", ["told_at", "due_at"], unique=False)
    op.create_index("ix_alert_notice_alert", "alert_notice", ["alert_id"], unique=False)


def _row_id() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    longest = max(len(word) for word in words)
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=longest + 16)


def _channels(*words: str) -> None:
    """Let messages leave in these ways and no others."""
    condition = f"channel IN ({', '.join(repr(word) for word in words)})"
    if op.get_bind().dialect.name == "sqlite":
        _written_anew(condition)
        return
    op.drop_constraint(op.f(CHANNEL), "outbox_message", type_="check")
    op.create_check_constraint(op.f(CHANNEL), "outbox_message", condition)


def _written_anew(condition: str) -> None:
    """SQLite alters no CHECK: the table is made again with its indexes, and its attempts stand aside meanwhile."""
    known = op.get_bind().exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'outbox_message' AND sql IS NOT NULL ORDER BY type DESC"
    )
    table, *indexes = known.scalars().all()
    again, found = re.subn(rf"(CONSTRAINT {CHANNEL} CHECK) \([^)]*\)\)", rf"\1 ({condition})", table)
    if found != 1:
        raise ValueError(f"The table of messages has no CHECK {CHANNEL}.")
    for statement in (
        "CREATE TABLE outbox_attempt_aside AS SELECT * FROM outbox_attempt",
        "CREATE TABLE outbox_message_aside AS SELECT * FROM outbox_message",
        "DELETE FROM outbox_attempt",
        "DROP TABLE outbox_message",
        again,
        *indexes,
        "INSERT INTO outbox_message SELECT * FROM outbox_message_aside",
        "INSERT INTO outbox_attempt SELECT * FROM outbox_attempt_aside",
        "DROP TABLE outbox_message_aside",
        "DROP TABLE outbox_attempt_aside",
    ):
        op.execute(statement)
