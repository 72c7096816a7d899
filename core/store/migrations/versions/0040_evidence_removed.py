"""When files of validations were removed, and by which entry rows in quarantine went."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("removed_at", Instant(), nullable=True))
    op.add_column("evidence", sa.Column("removed_reason", sa.String(length=300), server_default="", nullable=False))
    op.add_column("evidence", sa.Column("removed_entry", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_evidence_removed_at"), "evidence", ["removed_at"], unique=False)
    op.add_column("quarantine", sa.Column("removed_entry", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("quarantine", "removed_entry")
    op.drop_index(op.f("ix_evidence_removed_at"), table_name="evidence")
    for column in ("removed_entry", "removed_reason", "removed_at"):
        op.drop_column("evidence", column)
