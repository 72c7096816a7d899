"""How events are kept, by policy: what files hold, to find and chart them, and which events were erased."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["event_batch.id"], name=op.f("fk_event_count_batch_id_event_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_count")),
    )
    op.create_index("ix_event_count_batch", "event_count", ["batch_id"])
    op.create_index("ix_event_count_model", "event_count", ["model", "day"])
    op.create_index("ix_event_count_day", "event_count", ["day"])
    op.create_table(
        "event_erasure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=False),
        sa.Column("erased_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["event_batch.id"], name=op.f("fk_event_erasure_batch_id_event_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_erasure")),
        sa.UniqueConstraint("batch_id", "line", name=op.f("uq_event_erasure_batch_id")),
    )


def downgrade() -> None:
    op.drop_table("event_erasure")
    op.drop_table("event_count")
