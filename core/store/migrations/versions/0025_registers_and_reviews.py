"""Evidence and acts of findings, what is told about overdue items, and reviews with their decisions."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


KINDS = ("team review", "post-launch review")
LISTED = ("compliance_finding", "corrective_action")
STATUSES = ("planned", "held", "closed", "cancelled")


def upgrade() -> None:
    _findings()
    _listed()
    _notices()
    _reviews()


def _findings() -> None:
    op.add_column("finding", sa.Column("source", sa.String(length=20), nullable=False, server_default="validation"))
    op.add_column("finding", sa.Column("repeat", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_finding_check", "finding", ["check_key", "status"])
    op.create_table(
        "finding_evidence",
        _id(),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        _of_finding("finding_evidence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_evidence")),
    )
    op.create_index(op.f("ix_finding_evidence_finding_id"), "finding_evidence", ["finding_id"])
    op.create_table(
        "finding_act",
        _id(),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("before", sa.String(length=100), nullable=False),
        sa.Column("after", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        _of_finding("finding_act"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_act")),
    )
    op.create_index(op.f("ix_finding_act_finding_id"), "finding_act", ["finding_id"])


def _listed() -> None:
    """What the register reads by urgency; findings have such an index since they are listed."""
    for table in LISTED:
        op.create_index(f"ix_{table}_listed", table, ["severity", "status", "due_at", "id"])


def _notices() -> None:
    op.create_table(
        "overdue_notice",
        _id(),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("told", sa.String(length=400), nullable=False),
        sa.Column("alert", sa.String(length=16), nullable=False),
        sa.Column("noticed_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overdue_notice")),
        sa.UniqueConstraint("kind", "number", "step", "due_at", name=op.f("uq_overdue_notice_kind")),
    )
    op.create_index(op.f("ix_overdue_notice_settled_at"), "overdue_notice", ["settled_at"])


def _reviews() -> None:
    op.create_table(
        "review",
        _id(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", _one_of("reviewkind", KINDS), nullable=False),
        sa.Column("status", _one_of("reviewstatus", STATUSES), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("business_line", sa.String(length=200), nullable=False),
        sa.Column("models", sa.String(length=4000), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("planned_by", sa.String(length=16), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("former", sa.String(length=16), nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("held_by", sa.String(length=16), nullable=True),
        sa.Column("held_at", Instant(), nullable=True),
        sa.Column("attendees", sa.String(length=2000), nullable=False),
        sa.Column("agenda", sa.String(), nullable=False),
        sa.Column("agenda_digest", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.Column("minutes_by", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_because", sa.String(length=4000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"], name=op.f("fk_review_version_id_model_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("number", name=op.f("uq_review_number")),
        sa.UniqueConstraint("version_id", name=op.f("uq_review_version_id")),
    )
    op.create_index(op.f("ix_review_holder"), "review", ["holder"])
    op.create_index("ix_review_listed", "review", ["status", "due_at"])
    op.create_table(
        "review_decision",
        _id(),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_decision_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
    )
    op.create_index(op.f("ix_review_decision_review_id"), "review_decision", ["review_id"])
    op.create_index(op.f("ix_review_decision_owner"), "review_decision", ["owner"])


def downgrade() -> None:
    for table in LISTED:
        op.drop_index(f"ix_{table}_listed", table_name=table)
    op.drop_table("review_decision")
    op.drop_table("review")
    op.drop_table("overdue_notice")
    op.drop_table("finding_act")
    op.drop_table("finding_evidence")
    op.drop_index("ix_finding_check", table_name="finding")
    with op.batch_alter_table("finding") as batch:
        batch.drop_column("repeat")
        batch.drop_column("source")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _of_finding(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f(f"fk_{table}_finding_id_finding"))


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    length = max(len(value) for value in values) + 16
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=length)
