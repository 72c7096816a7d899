"""Requests of people whose data are held, and records of processing."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("replayed", sa.Boolean(), nullable=False),
        sa.Column("carried_out_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_order")),
        sa.UniqueConstraint("request", name=op.f("uq_erasure_order_request")),
    )
    op.create_table(
        "file_redaction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=False),
        sa.Column("replacement", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=20), nullable=False),
        sa.Column("request", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("redacted_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_redaction")),
    )
    op.create_index(op.f("ix_file_redaction_former"), "file_redaction", ["former"], unique=False)
    op.create_index(op.f("ix_file_redaction_request"), "file_redaction", ["request"], unique=False)
    op.create_table(
        "subject_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "access",
                "erasure",
                "correction",
                "restriction",
                name="requestkind",
                native_enum=False,
                create_constraint=True,
                length=27,
            ),
            nullable=False,
        ),
        sa.Column(
            "regime",
            sa.Enum("GDPR", "CCPA", name="regime", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "erasing",
                "closed",
                "refused",
                "withdrawn",
                name="requeststatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("filed_by", sa.String(length=16), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("acknowledge_by", Instant(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("extended_at", Instant(), nullable=True),
        sa.Column("extension_reason", sa.String(length=2000), nullable=False),
        sa.Column("identity_how", sa.String(length=500), nullable=False),
        sa.Column("identified_by", sa.String(length=16), nullable=True),
        sa.Column("identified_at", Instant(), nullable=True),
        sa.Column("searching", sa.Boolean(), nullable=False),
        sa.Column("searched_at", Instant(), nullable=True),
        sa.Column("search_step", sa.String(length=200), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_total", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("package", sa.String(length=64), nullable=False),
        sa.Column("package_size", sa.Integer(), nullable=False),
        sa.Column("package_expires_at", Instant(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("proposed_by", sa.String(length=16), nullable=True),
        sa.Column("proposed_at", Instant(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=16), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.Column("erased_hits", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=4000), nullable=False),
        sa.Column("closed_by", sa.String(length=16), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("overdue_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_request")),
        sa.UniqueConstraint("number", name=op.f("uq_subject_request_number")),
    )
    op.create_index(op.f("ix_subject_request_due_at"), "subject_request", ["due_at"], unique=False)
    op.create_index(op.f("ix_subject_request_status"), "subject_request", ["status"], unique=False)
    op.create_table(
        "bias_purpose",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("columns", sa.String(length=2000), nullable=False),
        sa.Column("purpose", sa.String(length=4000), nullable=False),
        sa.Column("necessity", sa.String(length=4000), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "explicit consent",
                "substantial public interest",
                "statistics and research",
                "bias detection and correction",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=45,
            ),
            nullable=False,
        ),
        sa.Column("basis_detail", sa.String(length=2000), nullable=False),
        sa.Column("safeguards", sa.String(length=4000), nullable=False),
        sa.Column("readers", sa.String(length=1000), nullable=False),
        sa.Column("delete_by", Instant(), nullable=False),
        sa.Column("declared_by", sa.String(length=16), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_how", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_bias_purpose_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bias_purpose")),
        sa.UniqueConstraint("number", name=op.f("uq_bias_purpose_number")),
    )
    op.create_index(op.f("ix_bias_purpose_dataset_id"), "bias_purpose", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_bias_purpose_delete_by"), "bias_purpose", ["delete_by"], unique=False)
    op.create_table(
        "processing_paper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "record of processing",
                "impact assessment",
                name="paperkind",
                native_enum=False,
                create_constraint=True,
                length=36,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("answers", sa.String(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kept_by", sa.String(length=16), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_processing_paper_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processing_paper")),
        sa.UniqueConstraint("model_id", "kind", "revision", name=op.f("uq_processing_paper_model_id")),
    )
    op.create_table(
        "subject_found",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("record", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column(
            "treatment",
            sa.Enum(
                "masked",
                "rows erased",
                "file destroyed",
                "particulars erased",
                "account pseudonymised",
                "kept",
                name="treatment",
                native_enum=False,
                create_constraint=True,
                length=37,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["subject_request.id"], name=op.f("fk_subject_found_request_id_subject_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_found")),
    )
    op.create_index(op.f("ix_subject_found_request_id"), "subject_found", ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_table("subject_found")
    op.drop_table("processing_paper")
    op.drop_table("bias_purpose")
    op.drop_table("subject_request")
    op.drop_table("file_redaction")
    op.drop_table("erasure_order")
