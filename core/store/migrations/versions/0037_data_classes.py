"""What each column of data is and is for, how long data are kept, and when production data were removed."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CLASSES = ("public", "internal", "confidential", "personal", "special category")
BASES = ("consent", "contract", "legal obligation", "vital interests", "public task", "legitimate interests")
CONDITIONS = (
    "explicit consent", "employment and social security law", "vital interests", "members of a body without profit",
    "made public by the person", "legal claims", "substantial public interest", "health care", "public health",
    "statistics and research", "bias detection and correction only",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "data_holder",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("seen_evidence", sa.BigInteger(), nullable=False),
        sa.Column("seen_batch", sa.BigInteger(), nullable=False),
        sa.Column("seen_revision", sa.Integer(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("days_reason", sa.String(length=1000), nullable=False),
        sa.Column("days_by", sa.String(length=16), nullable=False),
        sa.Column("days_at", Instant(), nullable=True),
        sa.Column("hold_reason", sa.String(length=1000), nullable=False),
        sa.Column("hold_by", sa.String(length=16), nullable=False),
        sa.Column("hold_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_holder")),
        sa.UniqueConstraint("holder", name=op.f("uq_data_holder_holder")),
    )
    op.create_table(
        "data_column",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("met", sa.String(length=200), nullable=False),
        sa.Column("proposed", _choice("proposed", CLASSES), nullable=False),
        sa.Column("proposed_because", sa.String(length=500), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("data_class", _choice("dataclass", CLASSES), nullable=True),
        sa.Column("purpose", sa.String(length=2000), nullable=False),
        sa.Column("basis", _choice("legalbasis", BASES), nullable=True),
        sa.Column("condition", _choice("ninecondition", CONDITIONS), nullable=True),
        sa.Column("because", sa.String(length=2000), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_column")),
        sa.UniqueConstraint("holder", "name", name=op.f("uq_data_column_holder")),
    )
    op.create_index(op.f("ix_data_column_data_class"), "data_column", ["data_class"], unique=False)
    op.add_column("production_batch", sa.Column("removed_at", Instant(), nullable=True))
    op.add_column(
        "production_batch", sa.Column("removed_reason", sa.String(length=300), server_default="", nullable=False)
    )
    op.add_column("production_batch", sa.Column("removed_entry", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_production_batch_removed_at"), "production_batch", ["removed_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_production_batch_removed_at"), table_name="production_batch")
    for column in ("removed_entry", "removed_reason", "removed_at"):
        op.drop_column("production_batch", column)
    op.drop_index(op.f("ix_data_column_data_class"), table_name="data_column")
    op.drop_table("data_column")
    op.drop_table("data_holder")


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    longest = max(len(word) for word in words) + 16
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=longest)
