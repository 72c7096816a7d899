"""Links between records."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_kind", sa.String(length=40), nullable=False),
        sa.Column("from_number", sa.String(length=100), nullable=False),
        sa.Column("to_kind", sa.String(length=40), nullable=False),
        sa.Column("to_number", sa.String(length=100), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_link")),
        sa.UniqueConstraint("from_kind", "from_number", "to_kind", "to_number", name=op.f("uq_record_link_from_kind")),
    )
    op.create_index("ix_record_link_to", "record_link", ["to_kind", "to_number"], unique=False)


def downgrade() -> None:
    op.drop_table("record_link")
