"""Drafts of policies, what they would change, and the figures that they are held against."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "published",
                "retired",
                name="draftstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("returned_by", sa.String(length=16), nullable=True),
        sa.Column("returned_reason", sa.String(length=4000), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("published_as", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["based_on"], ["policy_version.id"], name=op.f("fk_policy_draft_based_on_policy_version")
        ),
        sa.ForeignKeyConstraint(
            ["published_as"], ["policy_version.id"], name=op.f("fk_policy_draft_published_as_policy_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_draft")),
        sa.UniqueConstraint("number", name=op.f("uq_policy_draft_number")),
    )
    op.create_index(op.f("ix_policy_draft_author"), "policy_draft", ["author"], unique=False)
    op.create_index(op.f("ix_policy_draft_status"), "policy_draft", ["status"], unique=False)
    op.create_table(
        "policy_simulation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("against_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "finished",
                "failed",
                name="simulationstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_total", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("requested_by", sa.String(length=16), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["against_id"], ["policy_version.id"], name=op.f("fk_policy_simulation_against_id_policy_version")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["policy_draft.id"], name=op.f("fk_policy_simulation_draft_id_policy_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_simulation")),
        sa.UniqueConstraint("number", name=op.f("uq_policy_simulation_number")),
    )
    op.create_index(op.f("ix_policy_simulation_digest"), "policy_simulation", ["digest"], unique=False)
    op.create_index(op.f("ix_policy_simulation_draft_id"), "policy_simulation", ["draft_id"], unique=False)
    op.create_table(
        "run_figures",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_figures_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_figures")),
    )
    op.create_table(
        "simulated_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("simulation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("in_production", sa.Boolean(), nullable=False),
        sa.Column("before", sa.String(length=25), nullable=False),
        sa.Column("after", sa.String(length=25), nullable=False),
        sa.Column("changes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_simulated_version_run_id_run")),
        sa.ForeignKeyConstraint(
            ["simulation_id"],
            ["policy_simulation.id"],
            name=op.f("fk_simulated_version_simulation_id_policy_simulation"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_simulated_version_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_version")),
    )
    op.create_index("ix_simulated_version_order", "simulated_version", ["simulation_id", "position"], unique=False)
    op.add_column("policy_version", sa.Column("author", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("policy_version", sa.Column("reason", sa.String(length=4000), nullable=False, server_default=""))
    op.add_column("policy_version", sa.Column("withdrawn_by", sa.String(length=16), nullable=True))
    op.add_column("policy_version", sa.Column("withdrawn_at", Instant(), nullable=True))
    op.add_column(
        "policy_version", sa.Column("withdrawn_reason", sa.String(length=4000), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("policy_version", "withdrawn_reason")
    op.drop_column("policy_version", "withdrawn_at")
    op.drop_column("policy_version", "withdrawn_by")
    op.drop_column("policy_version", "reason")
    op.drop_column("policy_version", "author")
    op.drop_index("ix_simulated_version_order", table_name="simulated_version")
    op.drop_table("simulated_version")
    op.drop_table("run_figures")
    op.drop_index(op.f("ix_policy_simulation_draft_id"), table_name="policy_simulation")
    op.drop_index(op.f("ix_policy_simulation_digest"), table_name="policy_simulation")
    op.drop_table("policy_simulation")
    op.drop_index(op.f("ix_policy_draft_status"), table_name="policy_draft")
    op.drop_index(op.f("ix_policy_draft_author"), table_name="policy_draft")
    op.drop_table("policy_draft")
