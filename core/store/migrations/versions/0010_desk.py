"""Who gets a digest of their work by mail."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest_wish",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_digest_wish_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_digest_wish")),
    )


def downgrade() -> None:
    op.drop_table("digest_wish")
