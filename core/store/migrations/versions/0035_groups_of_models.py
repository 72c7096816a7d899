"""Groups of models end, and models that join one which a sensitive role reaches wait for a second administrator."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
STATUS = ("waiting", "confirmed", "declined", "withdrawn", "expired")


def upgrade() -> None:
    op.add_column("model_group", sa.Column("ended_by", sa.String(length=16), nullable=True))
    op.add_column("model_group", sa.Column("ended_at", Instant(), nullable=True))
    op.create_table(
        "asked_members",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("models", sa.String(length=4000), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUS, name="askedstatus", native_enum=False, create_constraint=True, length=25),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision_reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["model_group.id"], name=op.f("fk_asked_members_group_id_model_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_members")),
        sa.UniqueConstraint("number", name=op.f("uq_asked_members_number")),
    )
    op.create_index(op.f("ix_asked_members_group_id"), "asked_members", ["group_id"])
    op.create_index(op.f("ix_asked_members_status"), "asked_members", ["status"])


def downgrade() -> None:
    op.drop_table("asked_members")
    op.drop_column("model_group", "ended_at")
    op.drop_column("model_group", "ended_by")
