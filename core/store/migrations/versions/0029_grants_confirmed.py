"""Grants that a second person confirms, access reviews, break-glass access and dormant accounts."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_review",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("opened_by", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("reminded_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review")),
        sa.UniqueConstraint("number", name=op.f("uq_access_review_number")),
    )
    op.create_index(op.f("ix_access_review_opened_at"), "access_review", ["opened_at"], unique=False)
    op.create_table(
        "asked_grant",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "developer",
                "validator",
                "approver",
                "auditor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=29,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "confirmed",
                "declined",
                "withdrawn",
                "expired",
                name="askedstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision_reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_asked_grant_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_grant")),
        sa.UniqueConstraint("number", name=op.f("uq_asked_grant_number")),
    )
    op.create_index(op.f("ix_asked_grant_person"), "asked_grant", ["person"], unique=False)
    op.create_index(op.f("ix_asked_grant_status"), "asked_grant", ["status"], unique=False)
    op.create_table(
        "break_glass",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("end_reason", sa.String(length=1000), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=16), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("sound", sa.Boolean(), nullable=True),
        sa.Column("review", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_break_glass_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
        sa.UniqueConstraint("number", name=op.f("uq_break_glass_number")),
    )
    op.create_index(op.f("ix_break_glass_opened_at"), "break_glass", ["opened_at"], unique=False)
    op.create_index(op.f("ix_break_glass_person"), "break_glass", ["person"], unique=False)
    op.create_table(
        "dormancy",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("warned_at", Instant(), nullable=False),
        sa.Column("blocks_at", Instant(), nullable=False),
        sa.Column("blocked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_dormancy_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dormancy")),
    )
    op.create_index(op.f("ix_dormancy_person"), "dormancy", ["person"], unique=False)
    op.create_table(
        "access_review_item",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "developer",
                "validator",
                "approver",
                "auditor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=29,
            ),
            nullable=False,
        ),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("granted_by", sa.String(length=16), nullable=False),
        sa.Column("confirmed_by", sa.String(length=16), nullable=True),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "kept",
                "withdrawn",
                "expired",
                "escalated",
                "overtaken",
                name="answered",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=True,
        ),
        sa.Column("answered_by", sa.String(length=16), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answer_reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["role_grant.id"], name=op.f("fk_access_review_item_grant_id_role_grant")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_access_review_item_person_person")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["access_review.id"], name=op.f("fk_access_review_item_review_id_access_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review_item")),
        sa.UniqueConstraint("review_id", "grant_id", name=op.f("uq_access_review_item_review_id")),
    )
    op.create_index(op.f("ix_access_review_item_grant_id"), "access_review_item", ["grant_id"], unique=False)
    op.create_index(op.f("ix_access_review_item_person"), "access_review_item", ["person"], unique=False)
    op.create_table(
        "break_glass_page",
        sa.Column("access", sa.String(length=16), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["access"], ["break_glass.number"], name=op.f("fk_break_glass_page_access_break_glass")
        ),
        sa.PrimaryKeyConstraint("access", "page", "minute", name=op.f("pk_break_glass_page")),
    )
    op.add_column("delegation", sa.Column("reach", sa.String(), server_default="everywhere", nullable=False))
    op.add_column("person", sa.Column("enabled_at", Instant(), nullable=True))
    op.add_column("role_grant", sa.Column("basis", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("role_grant", sa.Column("confirmed_by", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("role_grant", "confirmed_by")
    op.drop_column("role_grant", "basis")
    op.drop_column("person", "enabled_at")
    op.drop_column("delegation", "reach")
    op.drop_table("break_glass_page")
    op.drop_index(op.f("ix_access_review_item_person"), table_name="access_review_item")
    op.drop_index(op.f("ix_access_review_item_grant_id"), table_name="access_review_item")
    op.drop_table("access_review_item")
    op.drop_index(op.f("ix_dormancy_person"), table_name="dormancy")
    op.drop_table("dormancy")
    op.drop_index(op.f("ix_break_glass_person"), table_name="break_glass")
    op.drop_index(op.f("ix_break_glass_opened_at"), table_name="break_glass")
    op.drop_table("break_glass")
    op.drop_index(op.f("ix_asked_grant_status"), table_name="asked_grant")
    op.drop_index(op.f("ix_asked_grant_person"), table_name="asked_grant")
    op.drop_table("asked_grant")
    op.drop_index(op.f("ix_access_review_opened_at"), table_name="access_review")
    op.drop_table("access_review")
