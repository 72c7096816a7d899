"""Incidents and corrective actions."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

EXPORTS = ("report_export", "export_schedule")
FORMER = "subject_kind IN ('organisation', 'model', 'version', 'audit')"
SUBJECTS = "subject_kind IN ('organisation', 'model', 'version', 'audit', 'incident')"

OF_EXPORTS = "(SELECT id FROM report_export WHERE subject_kind = 'incident')"
OF_SCHEDULES = "(SELECT id FROM export_schedule WHERE subject_kind = 'incident')"
FORGOTTEN = (  # exports of incidents, with what hangs on them
    f"DELETE FROM report_download WHERE export_id IN {OF_EXPORTS}",  # noqa: S608  no value from outside
    "DELETE FROM report_export WHERE subject_kind = 'incident'",
    f"UPDATE report_export SET schedule_id = NULL WHERE schedule_id IN {OF_SCHEDULES}",  # noqa: S608
    f"DELETE FROM export_recipient WHERE schedule_id IN {OF_SCHEDULES}",  # noqa: S608
    "DELETE FROM export_schedule WHERE subject_kind = 'incident'",
)


def upgrade() -> None:
    for table in EXPORTS:
        _subjects(table, FORMER, SUBJECTS)
    op.create_table(
        "corrective_action",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "corrective", "preventive", name="actionkind", native_enum=False, create_constraint=True, length=26
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "done",
                "verified closed",
                name="actionstatus",
                native_enum=False,
                create_constraint=True,
                length=31,
            ),
            nullable=False,
        ),
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
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.String(length=4000), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("done", sa.String(length=4000), nullable=False),
        sa.Column("evidence", sa.String(length=1000), nullable=False),
        sa.Column("done_by", sa.String(length=16), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("sent_back", sa.String(length=4000), nullable=False),
        sa.Column("verification", sa.String(length=4000), nullable=False),
        sa.Column("verified_by", sa.String(length=16), nullable=True),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("carried_over", sa.String(length=4000), nullable=False),
        sa.Column("carried_by", sa.String(length=16), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_action")),
        sa.UniqueConstraint("number", name=op.f("uq_corrective_action_number")),
    )
    op.create_index("ix_corrective_action_due", "corrective_action", ["status", "due_at"], unique=False)
    op.create_index("ix_corrective_action_owner", "corrective_action", ["owner", "status"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
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
            sa.Enum(
                "declared",
                "contained",
                "resolved",
                "in review",
                "closed",
                "duplicate",
                name="incidentstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=4000), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("environment", sa.String(length=60), nullable=False),
        sa.Column("commander", sa.String(length=16), nullable=True),
        sa.Column("people_affected", sa.String(length=4000), nullable=False),
        sa.Column("decisions_affected", sa.String(length=4000), nullable=False),
        sa.Column("harm", sa.String(length=4000), nullable=False),
        sa.Column("began_at", Instant(), nullable=True),
        sa.Column("aware_at", Instant(), nullable=False),
        sa.Column("declared_by", sa.String(length=16), nullable=False),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("contained_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=16), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("conclusion", sa.String(length=4000), nullable=False),
        sa.Column("duplicate_of", sa.String(length=16), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
    )
    op.create_index("ix_incident_commander", "incident", ["commander", "status"], unique=False)
    op.create_index("ix_incident_model", "incident", ["model", "id"], unique=False)
    op.create_index("ix_incident_status", "incident", ["status", "severity"], unique=False)
    op.create_table(
        "incident_clock_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("authority", sa.String(length=300), nullable=False),
        sa.Column("clause", sa.String(length=300), nullable=False),
        sa.Column("starts", sa.String(length=300), nullable=False),
        sa.Column("applies_when", sa.String(length=2000), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=1000), nullable=False),
        sa.Column("reviewed_on", Instant(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_clock_rule")),
    )
    op.create_index(op.f("ix_incident_clock_rule_key"), "incident_clock_rule", ["key"], unique=False)
    op.create_table(
        "action_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("reminded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corrective_action.id"], name=op.f("fk_action_reminder_action_id_corrective_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_reminder")),
        sa.UniqueConstraint("action_id", "due_at", "step", name=op.f("uq_action_reminder_action_id")),
    )
    op.create_table(
        "incident_affected",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_affected_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_affected")),
        sa.UniqueConstraint("incident_id", "model", "version", name=op.f("uq_incident_affected_incident_id")),
    )
    op.create_index(op.f("ix_incident_affected_model"), "incident_affected", ["model"], unique=False)
    op.create_table(
        "incident_cause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "five whys",
                "cause and effect",
                "fault tree",
                "change analysis",
                "data analysis",
                "other",
                name="causemethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(length=4000), nullable=False),
        sa.Column("factors", sa.String(length=4000), nullable=False),
        sa.Column("found_how", sa.String(length=4000), nullable=False),
        sa.Column("written_by", sa.String(length=16), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_cause_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_cause")),
    )
    op.create_index(op.f("ix_incident_cause_incident_id"), "incident_cause", ["incident_id"], unique=False)
    op.create_table(
        "incident_clock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("authority", sa.String(length=300), nullable=False),
        sa.Column("clause", sa.String(length=300), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_clock_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_clock")),
    )
    op.create_index("ix_incident_clock_due", "incident_clock", ["applies", "due_at"], unique=False)
    op.create_index(op.f("ix_incident_clock_incident_id"), "incident_clock", ["incident_id"], unique=False)
    op.create_table(
        "incident_clock_warning",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("warned_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_clock_warning_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_clock_warning")),
        sa.UniqueConstraint(
            "incident_id", "rule", "due_at", "step", name=op.f("uq_incident_clock_warning_incident_id")
        ),
    )
    op.create_table(
        "incident_informed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=300), nullable=False),
        sa.Column("means", sa.String(length=100), nullable=False),
        sa.Column("what", sa.String(length=4000), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.Column("written_by", sa.String(length=16), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_informed_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_informed")),
    )
    op.create_index(op.f("ix_incident_informed_incident_id"), "incident_informed", ["incident_id"], unique=False)
    op.create_table(
        "incident_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column(
            "containment",
            sa.Enum(
                "restriction",
                "rollback",
                "withdrawal",
                "manual fallback",
                "other",
                name="containment",
                native_enum=False,
                create_constraint=True,
                length=31,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("ref_kind", sa.String(length=40), nullable=False),
        sa.Column("ref_number", sa.String(length=100), nullable=False),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("written_by", sa.String(length=16), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_note_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_note")),
    )
    op.create_index(op.f("ix_incident_note_incident_id"), "incident_note", ["incident_id"], unique=False)
    op.create_table(
        "incident_notification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("receiver", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("what", sa.String(length=4000), nullable=False),
        sa.Column("notified_at", Instant(), nullable=False),
        sa.Column("written_by", sa.String(length=16), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_notification_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_notification")),
    )
    op.create_index("ix_incident_notification_rule", "incident_notification", ["incident_id", "rule"], unique=False)
    op.create_table(
        "incident_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.Column("present", sa.String(length=1000), nullable=False),
        sa.Column("happened", sa.String(length=4000), nullable=False),
        sa.Column("went_well", sa.String(length=4000), nullable=False),
        sa.Column("lessons", sa.String(length=4000), nullable=False),
        sa.Column("decisions", sa.String(length=4000), nullable=False),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("written_by", sa.String(length=16), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_review_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_review")),
    )
    op.create_index(op.f("ix_incident_review_incident_id"), "incident_review", ["incident_id"], unique=False)


def downgrade() -> None:
    for statement in FORGOTTEN:
        op.execute(statement)
    for table in EXPORTS:
        _subjects(table, SUBJECTS, FORMER)
    op.drop_index(op.f("ix_incident_review_incident_id"), table_name="incident_review")
    op.drop_table("incident_review")
    op.drop_index("ix_incident_notification_rule", table_name="incident_notification")
    op.drop_table("incident_notification")
    op.drop_index(op.f("ix_incident_note_incident_id"), table_name="incident_note")
    op.drop_table("incident_note")
    op.drop_index(op.f("ix_incident_informed_incident_id"), table_name="incident_informed")
    op.drop_table("incident_informed")
    op.drop_table("incident_clock_warning")
    op.drop_index(op.f("ix_incident_clock_incident_id"), table_name="incident_clock")
    op.drop_index("ix_incident_clock_due", table_name="incident_clock")
    op.drop_table("incident_clock")
    op.drop_index(op.f("ix_incident_cause_incident_id"), table_name="incident_cause")
    op.drop_table("incident_cause")
    op.drop_index(op.f("ix_incident_affected_model"), table_name="incident_affected")
    op.drop_table("incident_affected")
    op.drop_table("action_reminder")
    op.drop_index(op.f("ix_incident_clock_rule_key"), table_name="incident_clock_rule")
    op.drop_table("incident_clock_rule")
    op.drop_index("ix_incident_status", table_name="incident")
    op.drop_index("ix_incident_model", table_name="incident")
    op.drop_index("ix_incident_commander", table_name="incident")
    op.drop_table("incident")
    op.drop_index("ix_corrective_action_owner", table_name="corrective_action")
    op.drop_index("ix_corrective_action_due", table_name="corrective_action")
    op.drop_table("corrective_action")


def _subjects(table: str, former: str, now: str) -> None:
    """What a report can be about. SQLite alters no CHECK: the text of the table is changed, as its manual describes.

    https://www.sqlite.org/lang_altertable.html, at its end; no row is touched.
    """
    name = f"ck_{table}_subjectkind"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, now)
        return
    bind = op.get_bind()
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = bind.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
        (former, now, table, former),
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise ValueError(f"The table {table} has no CHECK {name}.")
