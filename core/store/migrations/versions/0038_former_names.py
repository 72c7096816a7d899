"""What people were called before, for reports of a past date."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_name",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_former_name_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_person"), "former_name", ["person"])


def downgrade() -> None:
    op.drop_table("former_name")
