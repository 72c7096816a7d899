"""Exports of every template and format, and their schedule; the dossiers that were exported before are kept."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SUBJECTS = ("organisation", "model", "version", "audit")
FORMATS = ("pdf", "html", "xlsx", "csv", "json", "oscal", "ml-bom", "bundle")
OLD_COLUMNS = (
    "id, number, version_id, kind, status, filename, digest, size, error, requested_by, requested_at, ready_at, "
    "expires_at"
)


def upgrade() -> None:
    _schedules()
    _exports()
    op.execute(
        """
        INSERT INTO report_export (
            id, number, template, template_version, subject_kind, subject_number, subject_version, model_id, version_id,
            as_of, since, format, status, step, steps_done, steps_total, filename, digest, unsigned_digest, size, gaps,
            error, requested_by, requested_at, ready_at, expires_at, removed_at, schedule_id
        )
        SELECT e.id, e.number, 'dossier', 'dossier 1', 'version', m.number, v.version, m.id, v.id,
            coalesce(e.ready_at, e.requested_at), NULL, e.kind, e.status, '', 0, 0, e.filename, e.digest, '', e.size,
            CASE WHEN e.status = 'ready' THEN 0 END,
            e.error, e.requested_by, e.requested_at, e.ready_at, e.expires_at, NULL, NULL
        FROM export e JOIN model_version v ON v.id = e.version_id JOIN model m ON m.id = v.model_id
        """
    )
    op.execute(
        "INSERT INTO report_download (id, export_id, person, at) SELECT id, export_id, person, at FROM export_download"
    )
    op.drop_table("export_download")
    op.drop_table("export")
    _number_on("report_export", "report_download")


def downgrade() -> None:
    _old_exports()
    op.execute(
        f"""
        INSERT INTO export ({OLD_COLUMNS})
        SELECT id, number, version_id, format, status, filename, digest, size, error, requested_by, requested_at,
            ready_at, expires_at
        FROM report_export
        WHERE version_id IS NOT NULL AND template = 'dossier' AND format IN ('pdf', 'bundle')
            AND status IN ('queued', 'ready', 'failed')
        """  # noqa: S608  columns of ours
    )
    op.execute(
        "INSERT INTO export_download (id, export_id, person, at) SELECT id, export_id, person, at FROM report_download "
        "WHERE export_id IN (SELECT id FROM export)"
    )
    for table in ("report_download", "report_export", "export_recipient", "export_schedule"):
        op.drop_table(table)
    _number_on("export", "export_download")


def _number_on(*tables: str) -> None:
    """PostgreSQL numbers on after the highest copied id; SQLite does so by itself."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"  # noqa: S608
        )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _choice(column: str, name: str, values: tuple[str, ...]) -> sa.Column[str]:
    kind = sa.Enum(
        *values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=max(len(value) for value in values) + 16,
    )
    return sa.Column(column, kind, nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Instant(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _schedules() -> None:
    op.create_table(
        "export_schedule",
        _id(),
        _text("number", 16),
        _text("template", 60),
        _choice("subject_kind", "subjectkind", SUBJECTS),
        _text("subject_number", 40),
        _text("subject_version", 60),
        _whole("model_id", nullable=True),
        _choice("format", "format", FORMATS),
        _choice("rhythm", "rhythm", ("weekly", "monthly", "quarterly")),
        _whole("day"),
        _whole("minutes"),
        _text("zone", 60),
        _choice("state", "schedulestate", ("active", "paused", "ended")),
        _moment("counts_from"),
        sa.Column("problem", sa.String(), nullable=False),
        _text("created_by", 16),
        _moment("created_at"),
        _moment("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_export_schedule_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_schedule")),
        sa.UniqueConstraint("number", name=op.f("uq_export_schedule_number")),
    )
    for column in ("model_id", "state"):
        op.create_index(op.f(f"ix_export_schedule_{column}"), "export_schedule", [column])
    op.create_table(
        "export_recipient",
        _whole("schedule_id"),
        _text("person", 16),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["export_schedule.id"], name=op.f("fk_export_recipient_schedule_id_export_schedule")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "person", name=op.f("pk_export_recipient")),
    )


def _exports() -> None:
    op.create_table(
        "report_export",
        _id(),
        _text("number", 16),
        _text("template", 60),
        _text("template_version", 100),
        _choice("subject_kind", "subjectkind", SUBJECTS),
        _text("subject_number", 40),
        _text("subject_version", 60),
        _whole("model_id", nullable=True),
        _whole("version_id", nullable=True),
        _moment("as_of"),
        _moment("since", nullable=True),
        _choice("format", "format", FORMATS),
        _choice("status", "exportstatus", ("queued", "running", "ready", "failed", "cancelled")),
        _text("step", 100),
        _whole("steps_done"),
        _whole("steps_total"),
        _text("filename", 300),
        _text("digest", 64),
        _text("unsigned_digest", 64),
        _whole("size"),
        _whole("gaps", nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        _text("requested_by", 16),
        _moment("requested_at"),
        _moment("ready_at", nullable=True),
        _moment("expires_at"),
        _moment("removed_at", nullable=True),
        _whole("schedule_id", nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_report_export_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_report_export_version_id_model_version")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["export_schedule.id"], name=op.f("fk_report_export_schedule_id_export_schedule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_export")),
        sa.UniqueConstraint("number", name=op.f("uq_report_export_number")),
    )
    for column in ("model_id", "version_id", "status", "digest", "requested_by", "schedule_id"):
        op.create_index(op.f(f"ix_report_export_{column}"), "report_export", [column])
    op.create_index("ix_report_export_expires_at", "report_export", ["expires_at", "removed_at"])
    op.create_index("ix_report_export_template", "report_export", ["template", "id"])
    _downloads("report_download", "report_export")


def _old_exports() -> None:
    op.create_table(
        "export",
        _id(),
        _text("number", 16),
        _whole("version_id"),
        _choice("kind", "exportkind", ("pdf", "bundle")),
        _choice("status", "exportstatus", ("queued", "ready", "failed")),
        _text("filename", 300),
        _text("digest", 64),
        _whole("size"),
        sa.Column("error", sa.String(), nullable=False),
        _text("requested_by", 16),
        _moment("requested_at"),
        _moment("ready_at", nullable=True),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"], name=op.f("fk_export_version_id_model_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("number", name=op.f("uq_export_number")),
    )
    for column in ("requested_by", "version_id"):
        op.create_index(op.f(f"ix_export_{column}"), "export", [column])
    _downloads("export_download", "export")


def _downloads(table: str, of: str) -> None:
    op.create_table(
        table,
        _id(),
        _whole("export_id"),
        _text("person", 16),
        _moment("at"),
        sa.ForeignKeyConstraint(["export_id"], [f"{of}.id"], name=op.f(f"fk_{table}_export_id_{of}")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_export_id"), table, ["export_id"])
