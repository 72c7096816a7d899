"""Facts of a bias audit that no file knows."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bias_audit_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("tool", sa.String(length=200), nullable=False),
        sa.Column("auditor", sa.String(length=200), nullable=False),
        sa.Column("audit_date", sa.Date(), nullable=True),
        sa.Column("distribution_date", sa.Date(), nullable=True),
        sa.Column("data_source", sa.String(length=1000), nullable=False),
        sa.Column("data_explanation", sa.String(length=4000), nullable=False),
        sa.Column("data_kind", sa.String(length=20), nullable=False),
        sa.Column("why_test_data", sa.String(length=4000), nullable=False),
        sa.Column("how_test_data", sa.String(length=4000), nullable=False),
        sa.Column("latest_use", sa.Date(), nullable=True),
        sa.Column("stated_by", sa.String(length=16), nullable=False),
        sa.Column("stated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_bias_audit_statement_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bias_audit_statement")),
    )
    op.create_index(op.f("ix_bias_audit_statement_version_id"), "bias_audit_statement", ["version_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bias_audit_statement_version_id"), table_name="bias_audit_statement")
    op.drop_table("bias_audit_statement")
