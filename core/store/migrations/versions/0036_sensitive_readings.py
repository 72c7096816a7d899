"""Who read sensitive attributes, and why."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
WAY = sa.Enum("page", "file", name="readin", native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "sensitive_reading",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("record", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("columns", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=2000), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("way", WAY, nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensitive_reading")),
        sa.UniqueConstraint("number", name=op.f("uq_sensitive_reading_number")),
    )
    op.create_index(op.f("ix_sensitive_reading_record"), "sensitive_reading", ["record"])
    op.create_index(op.f("ix_sensitive_reading_model"), "sensitive_reading", ["model"])


def downgrade() -> None:
    op.drop_index(op.f("ix_sensitive_reading_model"), table_name="sensitive_reading")
    op.drop_index(op.f("ix_sensitive_reading_record"), table_name="sensitive_reading")
    op.drop_table("sensitive_reading")
