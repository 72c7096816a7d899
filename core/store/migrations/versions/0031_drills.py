"""Drills of access and what the permission monitor has seen."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _choice(name: str, *values: str) -> sa.Enum:
    longest = max(len(value) for value in values) + 16
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=longest)


def upgrade() -> None:
    op.create_table(
        "access_drill",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("source", _choice("drillsource", "schedule", "person", "command"), nullable=False),
        sa.Column("status", _choice("drillstatus", "queued", "running", "holds", "differs", "failed"), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("run_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("played", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("not_reached", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("matrix_digest", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_drill")),
        sa.UniqueConstraint("number", name=op.f("uq_access_drill_number")),
    )
    op.create_table(
        "access_drill_difference",
        sa.Column("id", ID, nullable=False),
        sa.Column("drill_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("part", _choice("part", "use cases", "ways in", "routes", "files"), nullable=False),
        sa.Column("principal", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=120), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column(
            "seen", _choice("seen", "as expected", "open", "shut", "reason missing", "not reached"), nullable=False
        ),
        sa.Column("expected", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["drill_id"], ["access_drill.id"], name=op.f("fk_access_drill_difference_drill_id_access_drill")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_drill_difference")),
    )
    op.create_index(op.f("ix_access_drill_difference_drill_id"), "access_drill_difference", ["drill_id"])
    op.create_index("ix_access_drill_difference_key", "access_drill_difference", ["key", "id"])
    op.create_table(
        "permission_difference",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("alert", sa.String(length=16), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_difference")),
    )
    op.create_index(op.f("ix_permission_difference_person"), "permission_difference", ["person"])
    op.create_index(op.f("ix_permission_difference_found_at"), "permission_difference", ["found_at"])
    op.create_index(
        "uq_permission_difference_open",
        "permission_difference",
        ["key"],
        unique=True,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.create_table(
        "permission_look",
        sa.Column("id", ID, nullable=False),
        sa.Column("looked_at", Instant(), nullable=False),
        sa.Column("replayed_at", Instant(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("grants", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_permission_look_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_look")),
    )


def downgrade() -> None:
    for table in ("permission_look", "permission_difference", "access_drill_difference", "access_drill"):
        op.drop_table(table)
