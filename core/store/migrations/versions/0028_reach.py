"""Which business lines or models a grant covers: everywhere, until a grant says less; and groups of models."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("role_grant", sa.Column("reach", sa.String(), server_default="everywhere", nullable=False))
    op.create_table(
        "model_group",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=1000), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_group")),
        sa.UniqueConstraint("name", name=op.f("uq_model_group_name")),
        sa.UniqueConstraint("number", name=op.f("uq_model_group_number")),
    )
    op.create_table(
        "model_group_member",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["model_group.id"], name=op.f("fk_model_group_member_group_id_model_group")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_group_member_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_group_member")),
        sa.UniqueConstraint("group_id", "model_id", name=op.f("uq_model_group_member_group_id")),
    )
    op.create_index(op.f("ix_model_group_member_model_id"), "model_group_member", ["model_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_model_group_member_model_id"), table_name="model_group_member")
    op.drop_table("model_group_member")
    op.drop_table("model_group")
    op.drop_column("role_grant", "reach")
