"""What stands around models, parts in a model, decisions on it, and the history of every field."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCOPES = ("model", "not a model", "generative")
CHANGES = (
    "first version",
    "correction of a mistake",
    "documentation or packaging",
    "retrained or recalibrated",
    "extended within the intended use",
    "another threshold or cut",
    "another use or population",
    "another method",
    "other inputs or outputs",
    "another patch",
    "another minor change",
    "another major change",
)


def upgrade() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "prompt",
                "workflow",
                "decision point",
                "vendor",
                name="assetkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("description", sa.String(length=4000), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("registered_by", sa.String(length=16), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("retired_by", sa.String(length=16), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.Column("retired_reason", sa.String(length=4000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_asset_kind")),
        sa.UniqueConstraint("number", name=op.f("uq_asset_number")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_person", "draft", ["person", "id"], unique=False)
    op.create_table(
        "field_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity_kind", sa.String(length=32), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_change")),
    )
    op.create_index("ix_field_change_entity", "field_change", ["entity", "id"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "source_kind",
            sa.Enum(
                "model",
                "dataset",
                "prompt",
                "workflow",
                "decision point",
                "vendor",
                name="sourcekind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "feeds",
                "trains",
                "tests",
                "instructs",
                "leads to",
                "supplies",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column(
            "target_kind",
            sa.Enum(
                "model",
                "dataset",
                "prompt",
                "workflow",
                "decision point",
                "vendor",
                name="targetkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_reason", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("number", name=op.f("uq_link_number")),
    )
    op.create_index(op.f("ix_link_target"), "link", ["target"], unique=False)
    op.create_index(
        "uq_link_standing",
        "link",
        ["source", "relation", "target"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "asset_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rationale", sa.String(length=4000), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_version_asset_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_version")),
        sa.UniqueConstraint("asset_id", "version", name=op.f("uq_asset_version_asset_id")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "owner",
                "developer",
                "validator",
                "user",
                name="part",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("assigned_by", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("ended_reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_assignment_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_person"), "assignment", ["person"], unique=False)
    op.create_index(
        "uq_assignment_standing",
        "assignment",
        ["model_id", "person", "part"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "pack_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.String(length=1000), nullable=False),
        sa.Column("proposed", sa.String(length=1000), nullable=False),
        sa.Column("confirmed", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("confirmed_by", sa.String(length=16), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_pack_decision_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_decision")),
    )
    op.create_index(op.f("ix_pack_decision_model_id"), "pack_decision", ["model_id"], unique=False)
    op.create_table(
        "periodic_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "fit for use as it is",
                "fit for use with changes",
                "not fit for use",
                name="reviewoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("next_review", Instant(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=16), nullable=False),
        sa.Column("reviewed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_periodic_review_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_review")),
    )
    op.create_index(op.f("ix_periodic_review_model_id"), "periodic_review", ["model_id"], unique=False)
    op.create_table(
        "risk_factor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column(
            "factor",
            sa.Enum(
                "complexity",
                "assumptions",
                "input quality",
                "data limits",
                name="factor",
                native_enum=False,
                create_constraint=True,
                length=29,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum("low", "medium", "high", name="risklevel", native_enum=False, create_constraint=True, length=22),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("assessed_by", sa.String(length=16), nullable=False),
        sa.Column("assessed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_risk_factor_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_factor")),
        sa.UniqueConstraint("model_id", "factor", name=op.f("uq_risk_factor_model_id")),
    )
    op.create_table(
        "tier_override",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("rule_tier", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "confirmed",
                "declined",
                "withdrawn",
                "ended",
                name="overridestatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=4000), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_reason", sa.String(length=4000), nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_tier_override_two_people")),
        sa.CheckConstraint("tier between 1 and 4", name=op.f("ck_tier_override_tier")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_tier_override_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_override")),
    )
    op.create_index(op.f("ix_tier_override_model_id"), "tier_override", ["model_id"], unique=False)
    op.add_column("dataset", sa.Column("owner", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("description", sa.String(length=4000), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("retention", sa.String(length=1000), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("sanitisation", sa.String(length=1000), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("retired_by", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("retired_at", Instant(), nullable=True))
    op.add_column("dataset", sa.Column("retired_reason", sa.String(length=4000), nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    listed = ", ".join(f"'{scope}'" for scope in SCOPES)
    # With its CHECK in the same statement: SQLite can add a column so, but no constraint afterwards.
    op.execute(
        "ALTER TABLE model ADD COLUMN scope VARCHAR(27) NOT NULL DEFAULT 'model' "
        f"CONSTRAINT ck_model_scope CHECK (scope IN ({listed}))"
    )
    op.add_column("model", sa.Column("scope_reason", sa.String(length=4000), nullable=False, server_default=""))
    op.add_column("model", sa.Column("retired_by", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("model", sa.Column("retired_at", Instant(), nullable=True))
    op.add_column("model", sa.Column("retired_reason", sa.String(length=4000), nullable=False, server_default=""))
    listed = ", ".join(f"'{kind}'" for kind in CHANGES)
    op.execute(
        "ALTER TABLE model_version ADD COLUMN change_kind VARCHAR(48) "
        f"CONSTRAINT ck_model_version_changekind CHECK (change_kind IN ({listed}))"
    )
    op.add_column("model_version", sa.Column("evidence_parts", sa.String(), nullable=False, server_default=""))
    op.create_index(op.f("ix_model_version_test_dataset_id"), "model_version", ["test_dataset_id"], unique=False)
    op.create_index(
        op.f("ix_model_version_training_dataset_id"), "model_version", ["training_dataset_id"], unique=False
    )


def downgrade() -> None:

    op.drop_index(op.f("ix_model_version_training_dataset_id"), table_name="model_version")
    op.drop_index(op.f("ix_model_version_test_dataset_id"), table_name="model_version")
    op.drop_column("model_version", "evidence_parts")
    op.execute("ALTER TABLE model_version DROP COLUMN change_kind")
    op.drop_column("model", "retired_reason")
    op.drop_column("model", "retired_at")
    op.drop_column("model", "retired_by")
    op.drop_column("model", "scope_reason")
    op.execute("ALTER TABLE model DROP COLUMN scope")
    op.drop_column("dataset", "revision")
    op.drop_column("dataset", "retired_reason")
    op.drop_column("dataset", "retired_at")
    op.drop_column("dataset", "retired_by")
    op.drop_column("dataset", "sanitisation")
    op.drop_column("dataset", "retention")
    op.drop_column("dataset", "description")
    op.drop_column("dataset", "owner")
    op.drop_index(op.f("ix_tier_override_model_id"), table_name="tier_override")
    op.drop_table("tier_override")
    op.drop_table("risk_factor")
    op.drop_index(op.f("ix_periodic_review_model_id"), table_name="periodic_review")
    op.drop_table("periodic_review")
    op.drop_index(op.f("ix_pack_decision_model_id"), table_name="pack_decision")
    op.drop_table("pack_decision")
    op.drop_index(
        "uq_assignment_standing",
        table_name="assignment",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_assignment_person"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("asset_version")
    op.drop_index(
        "uq_link_standing",
        table_name="link",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_link_target"), table_name="link")
    op.drop_table("link")
    op.drop_index("ix_field_change_entity", table_name="field_change")
    op.drop_table("field_change")
    op.drop_index("ix_draft_person", table_name="draft")
    op.drop_table("draft")
    op.drop_table("asset")
