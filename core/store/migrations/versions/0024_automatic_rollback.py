"""Automatic rollback and comparisons with a challenger."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("champion_id", sa.Integer(), nullable=False),
        sa.Column("challenger_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "production data", "evidence", name="sourcekind", native_enum=False, create_constraint=True, length=31
            ),
            nullable=False,
        ),
        sa.Column("champion_environment", sa.String(length=50), nullable=False),
        sa.Column("challenger_environment", sa.String(length=50), nullable=False),
        sa.Column("champion_evidence", sa.String(length=16), nullable=False),
        sa.Column("challenger_evidence", sa.String(length=16), nullable=False),
        sa.Column("starts_at", Instant(), nullable=True),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("metric", sa.String(length=80), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "finished",
                "failed",
                name="comparisonstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=2000), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=True),
        sa.Column("champion_digest", sa.String(length=64), nullable=False),
        sa.Column("challenger_digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "recommendation",
            sa.Enum(
                "promote",
                "keep",
                "not enough evidence",
                name="recommendation",
                native_enum=False,
                create_constraint=True,
                length=35,
            ),
            nullable=True,
        ),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenger_id"], ["model_version.id"], name=op.f("fk_comparison_challenger_id_model_version")
        ),
        sa.ForeignKeyConstraint(
            ["champion_id"], ["model_version.id"], name=op.f("fk_comparison_champion_id_model_version")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_comparison_model_id_model")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_comparison_policy_version_id_policy_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
        sa.UniqueConstraint("number", name=op.f("uq_comparison_number")),
    )
    op.create_index("ix_comparison_model", "comparison", ["model_id", "asked_at"], unique=False)
    op.create_table(
        "rollback_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("former_version_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "considered", "held back", "done", name="outcome", native_enum=False, create_constraint=True, length=26
            ),
            nullable=False,
        ),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=False),
        sa.Column("chunks", sa.String(length=4000), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("against", sa.String(length=8000), nullable=False),
        sa.Column("incident", sa.String(length=16), nullable=False),
        sa.Column("alert", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["former_version_id"],
            ["model_version.id"],
            name=op.f("fk_rollback_decision_former_version_id_model_version"),
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_rollback_decision_model_id_model")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_rollback_decision_policy_version_id_policy_version"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_rollback_decision_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollback_decision")),
        sa.UniqueConstraint("model_id", "environment", "key", name=op.f("uq_rollback_decision_model_id")),
        sa.UniqueConstraint("number", name=op.f("uq_rollback_decision_number")),
    )
    op.create_index("ix_rollback_decision_at", "rollback_decision", ["model_id", "environment", "at"], unique=False)
    op.create_table(
        "rollout_hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rollout_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("monitor", sa.String(length=80), nullable=False),
        sa.Column("chunk", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("share_before", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.Column("alert", sa.String(length=16), nullable=False),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("released_by", sa.String(length=16), nullable=False),
        sa.Column("released_because", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["rollout_id"], ["rollout.id"], name=op.f("fk_rollout_hold_rollout_id_rollout")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout_hold")),
    )
    op.create_index(op.f("ix_rollout_hold_rollout_id"), "rollout_hold", ["rollout_id"], unique=False)
    op.create_index(
        "uq_rollout_hold_open",
        "rollout_hold",
        ["rollout_id"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("rollout_hold")
    op.drop_table("rollback_decision")
    op.drop_table("comparison")
