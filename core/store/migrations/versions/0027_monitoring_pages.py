"""What the pages of monitoring need: who does background work, and since when a job is being done."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_worker",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum("server", "process", name="workerrole", native_enum=False, create_constraint=True, length=23),
            nullable=False,
        ),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("busy_kind", sa.String(length=50), nullable=False),
        sa.Column("busy_slot", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_worker")),
    )
    op.create_index(op.f("ix_job_worker_seen_at"), "job_worker", ["seen_at"])
    op.add_column("job", sa.Column("taken_at", Instant(), nullable=True))
    op.create_index("ix_job_kind_finished", "job", ["kind", "finished_at"])


def downgrade() -> None:
    op.drop_index("ix_job_kind_finished", table_name="job")
    op.drop_column("job", "taken_at")
    op.drop_index(op.f("ix_job_worker_seen_at"), table_name="job_worker")
    op.drop_table("job_worker")
