"""What was sent outward: checkpoints, time stamps, keys."""

import re

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PLACES = ("folder", "mailbox", "witness", "time stamp authority")
CHANNEL = "ck_outbox_message_channel"


def upgrade() -> None:
    op.create_table(
        "anchor_destination",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", _place(), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_destination")),
        sa.UniqueConstraint("number", name=op.f("uq_anchor_destination_number")),
    )
    op.create_table(
        "log_anchor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.String(length=16), nullable=False),
        sa.Column("kind", _place(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_anchor")),
        sa.UniqueConstraint("size", "destination", name=op.f("uq_log_anchor_size")),
    )
    op.create_index("ix_log_anchor_destination", "log_anchor", ["destination", "size"])
    op.create_index("ix_log_anchor_kind", "log_anchor", ["kind", "size"])
    op.create_table(
        "log_key",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_key")),
    )
    _channels("webhook", "registry", "anchor")


def downgrade() -> None:
    op.execute(
        "DELETE FROM outbox_attempt WHERE message_id IN (SELECT id FROM outbox_message WHERE channel = 'anchor')"
    )
    op.execute("DELETE FROM outbox_message WHERE channel = 'anchor'")
    _channels("webhook", "registry")
    op.drop_table("log_key")
    op.drop_table("log_anchor")
    op.drop_table("anchor_destination")


def _place() -> sa.Enum:
    return sa.Enum(*PLACES, name="outside", native_enum=False, create_constraint=True, length=36)


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
