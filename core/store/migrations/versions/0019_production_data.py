"""Production data, labels and metric points."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monitored_model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("mapping", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("declared_by", sa.String(length=16), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_monitored_model_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitored_model")),
        sa.UniqueConstraint("model_id", "environment", name=op.f("uq_monitored_model_model_id")),
    )
    op.create_table(
        "production_stream",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("labelled_rows", sa.Integer(), nullable=False),
        sa.Column("late_rows", sa.Integer(), nullable=False),
        sa.Column("out_of_order_rows", sa.Integer(), nullable=False),
        sa.Column("repeated_rows", sa.Integer(), nullable=False),
        sa.Column("first_at", Instant(), nullable=True),
        sa.Column("last_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("checked_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_production_stream_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_stream")),
        sa.UniqueConstraint("model_id", "environment", name=op.f("uq_production_stream_model_id")),
    )
    op.create_table(
        "metric_series",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=50), nullable=False),
        sa.Column("labels", sa.String(length=2000), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "gauge", "counter", "histogram", name="serieskind", native_enum=False, create_constraint=True, length=25
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_metric_series_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_metric_series_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_series")),
        sa.UniqueConstraint(
            "model_id", "environment", "name", "version_key", "labels", name=op.f("uq_metric_series_model_id")
        ),
    )
    op.create_table(
        "production_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "inferences",
                "labels",
                "attributes",
                "reference",
                name="batchkind",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ids", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("first_at", Instant(), nullable=True),
        sa.Column("last_at", Instant(), nullable=True),
        sa.Column("late_rows", sa.Integer(), nullable=False),
        sa.Column("out_of_order_rows", sa.Integer(), nullable=False),
        sa.Column("repeated_rows", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("through", sa.String(length=16), nullable=False),
        sa.Column("received_by", sa.String(length=16), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_production_batch_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_production_batch_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_production_batch_number")),
    )
    op.create_index(op.f("ix_production_batch_digest"), "production_batch", ["digest"], unique=False)
    op.create_index(
        "ix_production_batch_received", "production_batch", ["model_id", "environment", "received_at"], unique=False
    )
    op.create_index(
        "ix_production_batch_span", "production_batch", ["model_id", "environment", "kind", "last_at"], unique=False
    )
    op.create_index(op.f("ix_production_batch_version_id"), "production_batch", ["version_id"], unique=False)
    op.create_table(
        "production_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("labelled_rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_production_day_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_production_day_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_day")),
        sa.UniqueConstraint("model_id", "environment", "day", "version_id", name=op.f("uq_production_day_model_id")),
    )
    op.create_table(
        "metric_point",
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["metric_series.id"], name=op.f("fk_metric_point_series_id_metric_series")
        ),
        sa.PrimaryKeyConstraint("series_id", "at", name=op.f("pk_metric_point")),
    )


def downgrade() -> None:
    op.drop_table("metric_point")
    op.drop_table("production_day")
    op.drop_index(op.f("ix_production_batch_version_id"), table_name="production_batch")
    op.drop_index("ix_production_batch_span", table_name="production_batch")
    op.drop_index("ix_production_batch_received", table_name="production_batch")
    op.drop_index(op.f("ix_production_batch_digest"), table_name="production_batch")
    op.drop_table("production_batch")
    op.drop_table("metric_series")
    op.drop_table("production_stream")
    op.drop_table("monitored_model")
