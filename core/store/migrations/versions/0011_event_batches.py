"""Events at volume: files of inferences, pipeline steps and user activity."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("ids", sa.String(length=64), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=16), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_event_batch_number")),
        sa.UniqueConstraint("entry", name=op.f("uq_event_batch_entry")),
    )
    op.create_table(
        "event_input_key",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_event_input_key")),
    )
    op.create_index(op.f("ix_event_batch_digest"), "event_batch", ["digest"])
    op.create_index("ix_event_batch_span", "event_batch", ["last_at", "first_at"])


def downgrade() -> None:
    op.drop_table("event_input_key")
    op.drop_table("event_batch")
