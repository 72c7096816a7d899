"""Internal audits and routine compliance checks."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("internal", "external", name="auditkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "fieldwork",
                "follow-up",
                "closed",
                "cancelled",
                name="auditstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("objective", sa.String(length=4000), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("period_from", Instant(), nullable=False),
        sa.Column("period_to", Instant(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("lead", sa.String(length=16), nullable=False),
        sa.Column("conducted_by", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("planned_by", sa.String(length=16), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column("conclusion", sa.String(length=4000), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_number")),
    )
    op.create_index(op.f("ix_audit_lead"), "audit", ["lead"], unique=False)
    op.create_index(op.f("ix_audit_starts_at"), "audit", ["starts_at"], unique=False)
    op.create_index(op.f("ix_audit_status"), "audit", ["status"], unique=False)
    op.create_table(
        "compliance_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("check_key", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=False),
        sa.Column("cause_kind", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "low",
                "medium",
                "high",
                "critical",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("open", "holds again", name="findingstatus", native_enum=False, create_constraint=True, length=27),
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("opened_in", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_in", sa.String(length=16), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closing_reason", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_finding")),
        sa.UniqueConstraint("number", name=op.f("uq_compliance_finding_number")),
    )
    op.create_index("ix_compliance_finding_check", "compliance_finding", ["check_key", "status", "id"], unique=False)
    op.create_index(op.f("ix_compliance_finding_model"), "compliance_finding", ["model"], unique=False)
    op.create_index("ix_compliance_finding_owner", "compliance_finding", ["owner", "status"], unique=False)
    op.create_index(
        "uq_compliance_finding_open",
        "compliance_finding",
        ["check_key", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "compliance_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "schedule", "page", "pipeline", name="source", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("deviating", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("run_by", sa.String(length=16), nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_run")),
        sa.UniqueConstraint("number", name=op.f("uq_compliance_run_number")),
    )
    op.create_table(
        "compliance_setting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_key", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_setting")),
    )
    op.create_index(op.f("ix_compliance_setting_check_key"), "compliance_setting", ["check_key"], unique=False)
    op.create_table(
        "audit_criterion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("pack_version", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("clause", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_criterion_audit_id_audit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_criterion")),
        sa.UniqueConstraint("audit_id", "pack", "item", name=op.f("uq_audit_criterion_audit_id")),
    )
    op.create_table(
        "audit_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_member_audit_id_audit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_member")),
        sa.UniqueConstraint("audit_id", "person", name=op.f("uq_audit_member_audit_id")),
    )
    op.create_index(op.f("ix_audit_member_person"), "audit_member", ["person"], unique=False)
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "population",
            sa.Enum(
                "models",
                "versions in production",
                "changes decided in the period",
                name="population",
                native_enum=False,
                create_constraint=True,
                length=45,
            ),
            nullable=False,
        ),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("members", sa.String(), nullable=False),
        sa.Column("population_size", sa.Integer(), nullable=False),
        sa.Column("population_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "simple random",
                "stratified by tier",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=34,
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("seed_source", sa.String(length=300), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("drawn_by", sa.String(length=16), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_sample_audit_id_audit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        sa.UniqueConstraint("audit_id", "ordinal", name=op.f("uq_audit_sample_audit_id")),
    )
    op.create_table(
        "compliance_result",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("check_key", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "holds",
                "deviates",
                "not judged",
                "failed",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("deviations", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.String(), nullable=False),
        sa.Column("figures", sa.String(), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["compliance_run.id"], name=op.f("fk_compliance_result_run_id_compliance_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_result")),
        sa.UniqueConstraint("run_id", "check_key", name=op.f("uq_compliance_result_run_id")),
    )
    op.create_index("ix_compliance_result_newest", "compliance_result", ["check_key", "id"], unique=False)
    op.create_table(
        "audit_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_item_audit_id_audit")),
        sa.ForeignKeyConstraint(["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_item_sample_id_audit_sample")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_item")),
        sa.UniqueConstraint("sample_id", "key", name=op.f("uq_audit_item_sample_id")),
    )
    op.create_index(op.f("ix_audit_item_audit_id"), "audit_item", ["audit_id"], unique=False)
    op.create_table(
        "audit_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("criterion_id", sa.Integer(), nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "low",
                "medium",
                "high",
                "critical",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("condition", sa.String(length=4000), nullable=False),
        sa.Column("criterion", sa.String(length=4000), nullable=False),
        sa.Column("cause", sa.String(length=4000), nullable=False),
        sa.Column("effect", sa.String(length=4000), nullable=False),
        sa.Column("recommendation", sa.String(length=4000), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "done",
                "verified closed",
                name="findingstatus",
                native_enum=False,
                create_constraint=True,
                length=31,
            ),
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("raised_by", sa.String(length=16), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("respond_by", Instant(), nullable=False),
        sa.Column(
            "response",
            sa.Enum(
                "agreed",
                "partly agreed",
                "risk accepted",
                name="response",
                native_enum=False,
                create_constraint=True,
                length=29,
            ),
            nullable=True,
        ),
        sa.Column("response_text", sa.String(length=4000), nullable=False),
        sa.Column("responded_by", sa.String(length=16), nullable=True),
        sa.Column("responded_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("done", sa.String(length=4000), nullable=False),
        sa.Column("done_by", sa.String(length=16), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("sent_back", sa.String(length=2000), nullable=False),
        sa.Column("verification", sa.String(length=4000), nullable=False),
        sa.Column("verified_by", sa.String(length=16), nullable=True),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_finding_audit_id_audit")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["audit_criterion.id"], name=op.f("fk_audit_finding_criterion_id_audit_criterion")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["audit_item.id"], name=op.f("fk_audit_finding_item_id_audit_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_finding")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_finding_number")),
    )
    op.create_index(op.f("ix_audit_finding_audit_id"), "audit_finding", ["audit_id"], unique=False)
    op.create_index(op.f("ix_audit_finding_owner"), "audit_finding", ["owner"], unique=False)
    op.create_index(op.f("ix_audit_finding_status"), "audit_finding", ["status"], unique=False)
    op.create_table(
        "audit_test",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "conforms",
                "does not conform",
                "not applicable",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("notes", sa.String(length=4000), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("evidence", sa.String(length=2000), nullable=False),
        sa.Column("tested_by", sa.String(length=16), nullable=False),
        sa.Column("tested_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_test_audit_id_audit")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["audit_criterion.id"], name=op.f("fk_audit_test_criterion_id_audit_criterion")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["audit_item.id"], name=op.f("fk_audit_test_item_id_audit_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_test")),
        sa.UniqueConstraint("item_id", "criterion_id", name=op.f("uq_audit_test_item_id")),
    )
    op.create_index(op.f("ix_audit_test_audit_id"), "audit_test", ["audit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("audit_test")
    op.drop_table("audit_finding")
    op.drop_table("audit_item")
    op.drop_table("compliance_result")
    op.drop_table("audit_sample")
    op.drop_table("audit_member")
    op.drop_table("audit_criterion")
    op.drop_table("compliance_setting")
    op.drop_table("compliance_run")
    op.drop_table("compliance_finding")
    op.drop_table("audit")
