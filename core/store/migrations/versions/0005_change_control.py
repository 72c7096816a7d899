"""Change control: kinds and paths, functions, delegation, dissent, signed votes, exceptions, and what follows."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = ("first use", "new version", "restricted use", "policy exception", "rollback", "retirement")


def _added() -> dict[str, tuple[sa.Column[object], ...]]:
    return {
        "change_request": (
            sa.Column("functions", sa.String(length=200), nullable=False, server_default=""),
            sa.Column("tier", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("restriction", sa.String(length=4000), nullable=False, server_default=""),
            sa.Column("returned_by", sa.String(length=16), nullable=True),
            sa.Column("returned_at", Instant(), nullable=True),
            sa.Column("return_reason", sa.String(length=4000), nullable=False, server_default=""),
        ),
        "checklist_item": (sa.Column("check_name", sa.String(length=80), nullable=False, server_default=""),),
        "checklist_answer": (
            sa.Column("evidence", sa.String(length=1000), nullable=False, server_default=""),
            sa.Column("filled", sa.Boolean(), nullable=False, server_default=sa.false()),
        ),
        "vote": (
            sa.Column("functions", sa.String(length=200), nullable=False, server_default=""),
            sa.Column("on_behalf_of", sa.String(length=16), nullable=True),
            sa.Column("meaning", sa.String(length=1000), nullable=False, server_default=""),
        ),
        "condition": (
            sa.Column("evidence", sa.String(length=2000), nullable=False, server_default=""),
            sa.Column("done_by", sa.String(length=16), nullable=True),
            sa.Column("done_at", Instant(), nullable=True),
            sa.Column("verified_by", sa.String(length=16), nullable=True),
            sa.Column("verified_at", Instant(), nullable=True),
            sa.Column("note", sa.String(length=2000), nullable=False, server_default=""),
        ),
        "sign_in_session": (sa.Column("authenticated_at", Instant(), nullable=True),),
    }


def upgrade() -> None:
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    # With its CHECK in the same statement: SQLite can add a column so, but no constraint afterwards.
    op.execute(
        "ALTER TABLE change_request ADD COLUMN kind VARCHAR(32) NOT NULL DEFAULT 'new version' "
        f"CONSTRAINT ck_change_request_changekind CHECK (kind IN ({listed}))"
    )
    op.create_index(op.f("ix_change_request_kind"), "change_request", ["kind"], unique=False)
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    _tell_kinds()
    _people()
    _review()
    _exceptions()


def _tell_kinds() -> None:
    """What is on record was all about versions going into production: the first one of a model was its first use."""
    op.execute(
        "UPDATE change_request SET tier = (SELECT model.tier FROM model JOIN model_version "
        "ON model_version.model_id = model.id WHERE model_version.id = change_request.version_id)"
    )
    op.execute(
        "UPDATE change_request SET kind = 'first use' WHERE NOT EXISTS (SELECT 1 FROM change_request AS earlier "
        "JOIN model_version AS its ON its.id = earlier.version_id "
        "JOIN model_version AS ours ON ours.id = change_request.version_id AND ours.model_id = its.model_id "
        "WHERE earlier.executed_at IS NOT NULL AND earlier.executed_at < change_request.requested_at)"
    )


def _people() -> None:
    op.create_table(
        "function_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column(
            "function",
            sa.Enum(
                "compliance",
                "security",
                "legal",
                "business",
                name="function",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("granted_by", sa.String(length=16), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=16), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_function_grant_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_function_grant")),
    )
    op.create_index(op.f("ix_function_grant_person"), "function_grant", ["person"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["approver"], ["person.number"], name=op.f("fk_delegation_approver_person")),
        sa.ForeignKeyConstraint(["delegate"], ["person.number"], name=op.f("fk_delegation_delegate_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_approver"), "delegation", ["approver"], unique=False)
    op.create_index(op.f("ix_delegation_delegate"), "delegation", ["delegate"], unique=False)


def _review() -> None:
    op.create_table(
        "dissent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("functions", sa.String(length=200), nullable=False),
        sa.Column("meaning", sa.String(length=1000), nullable=False),
        sa.Column("evidence_digest", sa.String(length=64), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["change_request.id"], name=op.f("fk_dissent_change_id_change_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissent")),
    )
    op.create_index(op.f("ix_dissent_change_id"), "dissent", ["change_id"], unique=False)
    op.create_table(
        "review_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("reminder", "escalation", name="noticekind", native_enum=False, create_constraint=True, length=26),
            nullable=False,
        ),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("noticed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.id"], name=op.f("fk_review_notice_change_id_change_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_notice")),
        sa.UniqueConstraint("change_id", "kind", "person", "due_at", name=op.f("uq_review_notice_change_id")),
    )
    op.create_index(op.f("ix_review_notice_person"), "review_notice", ["person"], unique=False)


def _exceptions() -> None:
    op.create_table(
        "policy_exception",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("whole_model", sa.Boolean(), nullable=False),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("figure", sa.Float(), nullable=True),
        sa.Column("controls", sa.String(length=4000), nullable=False),
        sa.Column("starts_at", Instant(), nullable=True),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("extends", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("end_reason", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_policy_exception_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_policy_exception_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_exception")),
        sa.UniqueConstraint("change", name=op.f("uq_policy_exception_change")),
        sa.UniqueConstraint("number", name=op.f("uq_policy_exception_number")),
    )
    for column in ("model_id", "version_id", "ends_at"):
        op.create_index(op.f(f"ix_policy_exception_{column}"), "policy_exception", [column], unique=False)


def downgrade() -> None:
    for table in ("policy_exception", "review_notice", "dissent", "delegation", "function_grant"):
        op.drop_table(table)
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)
    op.drop_index(op.f("ix_change_request_kind"), table_name="change_request")
    op.execute("ALTER TABLE change_request DROP COLUMN kind")
