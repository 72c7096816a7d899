"""Stress tests."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stress_schedule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("plan_digest", sa.String(length=64), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_stress_schedule_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stress_schedule")),
        sa.UniqueConstraint("number", name=op.f("uq_stress_schedule_number")),
    )
    op.create_index(op.f("ix_stress_schedule_model_id"), "stress_schedule", ["model_id"], unique=False)
    op.create_table(
        "stress_test",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "page",
                "pipeline",
                "schedule",
                name="stresssource",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("plan_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "finished",
                "failed",
                "cancelled",
                name="stressstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("requests_done", sa.Integer(), nullable=False),
        sa.Column("requests_planned", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "pass",
                "fail",
                "insufficient evidence",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=37,
            ),
            nullable=True,
        ),
        sa.Column("outcome_digest", sa.String(length=64), nullable=False),
        sa.Column("requests_digest", sa.String(length=64), nullable=False),
        sa.Column("error", sa.String(length=2000), nullable=False),
        sa.Column("requested_by", sa.String(length=16), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_stress_test_policy_version_id_policy_version")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["stress_schedule.id"], name=op.f("fk_stress_test_schedule_id_stress_schedule")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_stress_test_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stress_test")),
        sa.UniqueConstraint("number", name=op.f("uq_stress_test_number")),
    )
    op.create_index("ix_stress_test_newest", "stress_test", ["version_id", "status", "id"], unique=False)
    op.create_index(op.f("ix_stress_test_schedule_id"), "stress_test", ["schedule_id"], unique=False)
    op.create_index(op.f("ix_stress_test_status"), "stress_test", ["status"], unique=False)
    op.create_table(
        "stress_figure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("test_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("metric", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "pass",
                "fail",
                "insufficient evidence",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=37,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["test_id"], ["stress_test.id"], name=op.f("fk_stress_figure_test_id_stress_test")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stress_figure")),
    )
    op.create_index(op.f("ix_stress_figure_test_id"), "stress_figure", ["test_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stress_figure_test_id"), table_name="stress_figure")
    op.drop_table("stress_figure")
    op.drop_index(op.f("ix_stress_test_status"), table_name="stress_test")
    op.drop_index(op.f("ix_stress_test_schedule_id"), table_name="stress_test")
    op.drop_index("ix_stress_test_newest", table_name="stress_test")
    op.drop_table("stress_test")
    op.drop_index(op.f("ix_stress_schedule_model_id"), table_name="stress_schedule")
    op.drop_table("stress_schedule")
