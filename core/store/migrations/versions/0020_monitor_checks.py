"""Checks on production data."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATES = ("check failed", "breach", "no data", "insufficient evidence", "calm", "waiting")
VERDICTS = ("pass", "fail", "insufficient evidence")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "monitor_chunk",
        sa.Column("id", _number(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("labelled_rows", sa.Integer(), nullable=False),
        sa.Column("versions", sa.String(), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("reference_digest", sa.String(length=64), nullable=False),
        sa.Column("figures_digest", sa.String(length=64), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("seen_batch", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_monitor_chunk_model_id_model")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_monitor_chunk_policy_version_id_policy_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_chunk")),
        sa.UniqueConstraint(
            "model_id", "environment", "size", "position", "revision", name=op.f("uq_monitor_chunk_model_id")
        ),
        sa.UniqueConstraint("number", "revision", name="uq_monitor_chunk_number"),
    )
    op.create_index("ix_monitor_chunk_listed", "monitor_chunk", ["model_id", "environment", "newest", "ends_at"])
    op.create_table(
        "monitor_result",
        sa.Column("id", _number(), nullable=False),
        sa.Column("chunk_id", _number(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("metric", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("lower", sa.Float(), nullable=True),
        sa.Column("upper", sa.Float(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(*VERDICTS, name="verdict", native_enum=False, length=37, create_constraint=True),
            nullable=False,
        ),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chunk_id"], ["monitor_chunk.id"], name=op.f("fk_monitor_result_chunk_id_monitor_chunk")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_monitor_result_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_result")),
        sa.UniqueConstraint("chunk_id", "clause", "metric", "subject", name=op.f("uq_monitor_result_chunk_id")),
    )
    op.create_index(
        "ix_monitor_result_series",
        "monitor_result",
        ["model_id", "environment", "clause", "subject", "newest", "ends_at"],
    )
    op.create_index(
        "ix_monitor_result_metric", "monitor_result", ["model_id", "environment", "metric", "newest", "ends_at"]
    )
    op.create_table(
        "monitor_slot",
        sa.Column("id", _number(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="monitorstate", native_enum=False, length=37, create_constraint=True),
            nullable=False,
        ),
        sa.Column("last_data_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("last_run_at", Instant(), nullable=True),
        sa.Column("clock_at", Instant(), nullable=True),
        sa.Column("seen_batch", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("worst_result_id", _number(), nullable=True),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_monitor_slot_model_id_model")),
        sa.ForeignKeyConstraint(
            ["worst_result_id"], ["monitor_result.id"], name=op.f("fk_monitor_slot_worst_result_id_monitor_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_slot")),
        sa.UniqueConstraint("model_id", "environment", name=op.f("uq_monitor_slot_model_id")),
    )
    op.create_index("ix_monitor_slot_state", "monitor_slot", ["state", "model_id"])


def downgrade() -> None:
    op.drop_table("monitor_slot")
    op.drop_table("monitor_result")
    op.drop_table("monitor_chunk")
