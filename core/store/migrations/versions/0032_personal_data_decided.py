"""Decisions on what the detector found, and the columns that are allowed to hold it."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = (
    "personal_data_decision",
    "personal_data_finding",
    "held_text_opinion",
    "held_text",
    "personal_data_seen",
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _choice(name: str, *words: str) -> sa.Enum:
    length = max(len(word) for word in words) + 16
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=length)


def upgrade() -> None:
    _seen()
    _held()
    _columns()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _seen() -> None:
    entrances = (
        "records",
        "notes and answers",
        "what programs say",
        "monitoring streams",
        "ledger particulars",
        "messages",
        "exports",
        "application log",
    )
    op.create_table(
        "personal_data_seen",
        _id(),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("entrance", _choice("entrance", *entrances), nullable=False),
        sa.Column("handling", _choice("handling", "block", "mask", "to a person"), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("kinds", sa.String(length=400), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("entity_kind", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data_seen")),
    )
    op.create_index(op.f("ix_personal_data_seen_at"), "personal_data_seen", ["at"], unique=False)


def _held() -> None:
    verdicts = ("release", "keep it masked", "withhold")
    op.create_table(
        "held_text",
        _id(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("in_table", sa.String(length=80), nullable=False),
        sa.Column("in_column", sa.String(length=80), nullable=False),
        sa.Column("in_row", sa.Integer(), nullable=False),
        sa.Column("entity_kind", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("masked", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.String(length=400), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.Column("status", _choice("textstatus", "waiting", "second opinion", "decided"), nullable=False),
        sa.Column("verdict", _choice("textverdict", *verdicts), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_text")),
        sa.UniqueConstraint("number", name=op.f("uq_held_text_number")),
    )
    op.create_index("ix_held_text_status", "held_text", ["status", "held_at"], unique=False)
    op.create_table(
        "held_text_opinion",
        _id(),
        sa.Column("held_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("verdict", _choice("opinion", *verdicts), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["held_id"], ["held_text.id"], name=op.f("fk_held_text_opinion_held_id_held_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_text_opinion")),
    )
    op.create_index(op.f("ix_held_text_opinion_held_id"), "held_text_opinion", ["held_id"], unique=False)


def _columns() -> None:
    op.create_table(
        "personal_data_finding",
        _id(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("where_met", sa.String(length=200), nullable=False),
        sa.Column("column_name", sa.String(length=200), nullable=False),
        sa.Column("kinds", sa.String(length=400), nullable=False),
        sa.Column("said", sa.String(length=400), nullable=False),
        sa.Column("shape", sa.String(length=80), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=True),
        sa.Column("handed_in_by", sa.String(length=16), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data_finding")),
        sa.UniqueConstraint("number", name=op.f("uq_personal_data_finding_number")),
    )
    columns = ["scope", "column_name"]
    op.create_index("ix_personal_data_finding_scope", "personal_data_finding", columns, unique=False)
    op.create_table(
        "personal_data_decision",
        _id(),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("column_name", sa.String(length=200), nullable=False),
        sa.Column("kinds", sa.String(length=400), nullable=False),
        sa.Column(
            "verdict", _choice("columnverdict", "allowed here", "not personal data", "stays out"), nullable=False
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=16), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data_decision")),
        sa.UniqueConstraint("number", name=op.f("uq_personal_data_decision_number")),
    )
    op.create_index("ix_personal_data_decision_scope", "personal_data_decision", columns, unique=False)
