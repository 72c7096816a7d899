"""Coverage and documents."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = (
    "model documentation",
    "change rationale",
    "risk assessment",
    "review decision",
    "validation plan",
    "post-incident review",
)
OUTCOMES = ("met", "not applicable")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    longest = max(map(len, values)) + 16
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=longest)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "regulation_pack",
        _key(),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("extends", sa.String(length=60), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("published_by", sa.String(length=16), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regulation_pack")),
        sa.UniqueConstraint("pack", "version", name=op.f("uq_regulation_pack_pack")),
    )
    op.create_table(
        "document_template",
        _key(),
        sa.Column("kind", _choice("documentkind", KINDS), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("published_by", sa.String(length=16), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_document_template_kind")),
    )
    op.create_table(
        "document",
        _key(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("documentkind", KINDS), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("open_places", sa.Integer(), nullable=False),
        sa.Column("kept_by", sa.String(length=16), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_document_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
        sa.UniqueConstraint("version_id", "kind", name=op.f("uq_document_version_id")),
    )
    op.create_index(op.f("ix_document_kept_at"), "document", ["kept_at"], unique=False)
    op.create_table(
        "document_version",
        _key(),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("template_digest", sa.String(length=64), nullable=False),
        sa.Column("open_places", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("kept_by", sa.String(length=16), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_version_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("document_id", "revision", name=op.f("uq_document_version_document_id")),
    )
    op.create_table(
        "coverage_answer",
        _key(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("outcome", _choice("outcome", OUTCOMES), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("link", sa.String(length=1000), nullable=False),
        sa.Column("given_by", sa.String(length=16), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=16), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawal_reason", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_coverage_answer_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_answer")),
        sa.UniqueConstraint("number", name=op.f("uq_coverage_answer_number")),
    )
    op.create_index("ix_coverage_answer_item", "coverage_answer", ["model_id", "pack", "item"], unique=False)
    op.create_index(op.f("ix_coverage_answer_expires_at"), "coverage_answer", ["expires_at"], unique=False)


def downgrade() -> None:
    for table in ("coverage_answer", "document_version", "document", "document_template", "regulation_pack"):
        op.drop_table(table)
