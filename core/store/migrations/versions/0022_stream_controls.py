"""Controls on streams, and outputs that people review."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_control",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("declared_by", sa.String(length=16), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_reason", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_own_control_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_control")),
        sa.UniqueConstraint("number", name=op.f("uq_own_control_number")),
    )
    op.create_index(op.f("ix_own_control_model_id"), "own_control", ["model_id"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "because",
            sa.Enum(
                "unknown model",
                "unknown version",
                "refused rows",
                "batch held back",
                name="heldbecause",
                native_enum=False,
                create_constraint=True,
                length=31,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=500), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", sa.String(), nullable=False),
        sa.Column("first_at", Instant(), nullable=True),
        sa.Column("last_at", Instant(), nullable=True),
        sa.Column("clauses", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("discovery", sa.String(length=16), nullable=False),
        sa.Column("received_by", sa.String(length=16), nullable=False),
        sa.Column("through", sa.String(length=16), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "held",
                "taken over",
                "discarded",
                name="heldstatus",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=2000), nullable=False),
        sa.Column("taken_as", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_quarantine_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("number", name=op.f("uq_quarantine_number")),
    )
    op.create_index(op.f("ix_quarantine_digest"), "quarantine", ["digest"], unique=False)
    op.create_index("ix_quarantine_model", "quarantine", ["model_id", "id"], unique=False)
    op.create_index("ix_quarantine_status", "quarantine", ["status", "id"], unique=False)
    op.create_index(
        "uq_quarantine_held",
        "quarantine",
        ["digest", "model", "version", "environment"],
        unique=True,
        sqlite_where=sa.text("status = 'held'"),
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_table(
        "control_result",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("batch", sa.String(length=16), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("columns", sa.String(), nullable=False),
        sa.Column("absent", sa.String(length=4000), nullable=False),
        sa.Column("alert_above", sa.Float(), nullable=True),
        sa.Column("put_up", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("found <= rows", name=op.f("ck_control_result_found")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_control_result_model_id_model")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_control_result_policy_version_id_policy_version"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_control_result_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_result")),
        sa.UniqueConstraint("batch", "clause", name=op.f("uq_control_result_batch")),
    )
    op.create_index("ix_control_result_at", "control_result", ["model_id", "environment", "at"], unique=False)
    op.create_table(
        "output_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("batch", sa.String(length=16), nullable=False),
        sa.Column("output_id", sa.String(length=64), nullable=False),
        sa.Column("output_at", Instant(), nullable=False),
        sa.Column("output", sa.String(), nullable=False),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("clauses", sa.String(length=1000), nullable=False),
        sa.Column("reasons", sa.String(length=8000), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("flagged_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "second opinion",
                "decided",
                name="outputstatus",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "verdict",
            sa.Enum(
                "fine",
                "wrong",
                "harmful",
                "escalate",
                name="outputverdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("people between 1 and 2", name=op.f("ck_output_review_people")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_output_review_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_output_review_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_output_review")),
        sa.UniqueConstraint("model_id", "environment", "output_id", name=op.f("uq_output_review_model_id")),
        sa.UniqueConstraint("number", name=op.f("uq_output_review_number")),
    )
    op.create_index("ix_output_review_model", "output_review", ["model_id", "status", "id"], unique=False)
    op.create_index("ix_output_review_status", "output_review", ["status", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_output_review_version_id"), "output_review", ["version_id"], unique=False)
    op.create_table(
        "output_opinion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "fine",
                "wrong",
                "harmful",
                "escalate",
                name="outputverdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("said", sa.String(length=4000), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["output_review.id"], name=op.f("fk_output_opinion_review_id_output_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_output_opinion")),
        sa.UniqueConstraint("review_id", "person", name=op.f("uq_output_opinion_review_id")),
    )


def downgrade() -> None:
    op.drop_table("output_opinion")
    op.drop_table("output_review")
    op.drop_table("control_result")
    op.drop_table("quarantine")
    op.drop_table("own_control")
