"""What the inventory, policy and approval still lacked: lifted restrictions, exceptions from what is missing."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant, row_id

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = (("change_request", "lifts", 16), ("restriction", "lifted_change", 16), ("policy_exception", "lacking", 500))


STATUSES = ("queued", "running", "finished", "failed", "cancelled")


def upgrade() -> None:
    _import_jobs()
    op.add_column("vote", sa.Column("authenticated_at", Instant(), nullable=True))
    for table, column, length in COLUMNS:
        op.add_column(table, sa.Column(column, sa.String(length=length), nullable=False, server_default=""))


def _import_jobs() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.String(), nullable=False),
        sa.Column("constants", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(length=30), nullable=False),
        sa.Column("expected", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="importstatus", native_enum=False, create_constraint=True, length=25),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_total", sa.Integer(), nullable=False),
        sa.Column("import_number", sa.String(length=16), nullable=False),
        sa.Column("models", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("datasets", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("problems", sa.String(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("requested_by", sa.String(length=16), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
        sa.UniqueConstraint("number", name=op.f("uq_import_job_number")),
    )
    op.create_index(op.f("ix_import_job_digest"), "import_job", ["digest"], unique=False)
    op.create_index(op.f("ix_import_job_requested_by"), "import_job", ["requested_by"], unique=False)


def downgrade() -> None:
    op.drop_column("vote", "authenticated_at")
    op.drop_table("import_job")
    for table, column, _ in reversed(COLUMNS):
        op.drop_column(table, column)
