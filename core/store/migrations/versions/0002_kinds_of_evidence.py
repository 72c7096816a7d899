"""Evidence of several kinds, a declared schema for datasets, and every digest that a run depends on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = (
    "predictions",
    "training data",
    "reference data",
    "baseline predictions",
    "attributions",
    "perturbed predictions",
    "scenarios",
)


def upgrade() -> None:
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    # With its CHECK in the same statement: SQLite can add a column so, but no constraint afterwards.
    op.execute(
        "ALTER TABLE evidence ADD COLUMN kind VARCHAR(37) NOT NULL DEFAULT 'predictions' "
        f"CONSTRAINT ck_evidence_evidencekind CHECK (kind IN ({listed}))"
    )
    op.add_column("run", sa.Column("inputs", sa.String(), nullable=False, server_default=""))
    op.add_column("run", sa.Column("inputs_digest", sa.String(length=64), nullable=False, server_default=""))
    op.create_index(op.f("ix_run_inputs_digest"), "run", ["inputs_digest"], unique=False)
    op.add_column("dataset", sa.Column("declared_schema", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    # Without its kind any file would pass for predictions, and the newest one would be the evidence of its version.
    op.execute("UPDATE evidence SET replaced_at = uploaded_at WHERE kind <> 'predictions' AND replaced_at IS NULL")
    op.drop_column("dataset", "declared_schema")
    op.drop_index(op.f("ix_run_inputs_digest"), table_name="run")
    op.drop_column("run", "inputs_digest")
    op.drop_column("run", "inputs")
    op.execute("ALTER TABLE evidence DROP COLUMN kind")
