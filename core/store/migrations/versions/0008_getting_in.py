"""Getting things in: imports on record, registries, and models that were seen and are not known."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discovery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("first_seen", Instant(), nullable=False),
        sa.Column("last_seen", Instant(), nullable=False),
        sa.Column("sightings", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "ignored",
                "registered",
                name="discoverystatus",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("model", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discovery")),
        sa.UniqueConstraint("number", name=op.f("uq_discovery_number")),
        sa.UniqueConstraint("source", "name", "version", name=op.f("uq_discovery_source")),
    )
    op.create_index(op.f("ix_discovery_last_seen"), "discovery", ["last_seen"], unique=False)
    op.create_index(op.f("ix_discovery_status"), "discovery", ["status"], unique=False)
    op.create_table(
        "import_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "csv",
                "xlsx",
                "mlflow",
                "ml-bom",
                "model card",
                name="importkind",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_by", sa.String(length=16), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.Column("models", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("datasets", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_record")),
        sa.UniqueConstraint("number", name=op.f("uq_import_record_number")),
    )
    op.create_index(op.f("ix_import_record_digest"), "import_record", ["digest"], unique=False)
    op.create_table(
        "registry_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("server", sa.String(length=31), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_rules")),
        sa.UniqueConstraint("server", name=op.f("uq_registry_rules_server")),
    )
    op.create_table(
        "registry_sync",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("server", sa.String(length=31), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("models", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_sync")),
        sa.UniqueConstraint("server", name=op.f("uq_registry_sync_server")),
    )
    op.create_table(
        "registry_model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("server", sa.String(length=31), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("linked_by", sa.String(length=16), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_registry_model_model_id_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_model")),
        sa.UniqueConstraint("server", "name", name=op.f("uq_registry_model_server")),
    )
    op.create_index(op.f("ix_registry_model_model_id"), "registry_model", ["model_id"], unique=False)
    op.create_table(
        "registry_difference",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registry_model_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "new version",
                "changed",
                "gone",
                name="differencekind",
                native_enum=False,
                create_constraint=True,
                length=27,
            ),
            nullable=False,
        ),
        sa.Column("external", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=50), nullable=False),
        sa.Column("agreed", sa.String(), nullable=False),
        sa.Column("ours", sa.String(), nullable=False),
        sa.Column("theirs", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open", "taken", "kept", name="differencestatus", native_enum=False, create_constraint=True, length=21
            ),
            nullable=False,
        ),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["registry_model_id"],
            ["registry_model.id"],
            name=op.f("fk_registry_difference_registry_model_id_registry_model"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_difference")),
    )
    op.create_index(
        op.f("ix_registry_difference_registry_model_id"), "registry_difference", ["registry_model_id"], unique=False
    )
    op.create_index(op.f("ix_registry_difference_status"), "registry_difference", ["status"], unique=False)
    op.create_table(
        "registry_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registry_model_id", sa.Integer(), nullable=False),
        sa.Column("external", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registry_model_id"],
            ["registry_model.id"],
            name=op.f("fk_registry_version_registry_model_id_registry_model"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_registry_version_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_version")),
        sa.UniqueConstraint("registry_model_id", "external", name=op.f("uq_registry_version_registry_model_id")),
    )
    op.create_index(op.f("ix_registry_version_version_id"), "registry_version", ["version_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_registry_version_version_id"), table_name="registry_version")
    op.drop_table("registry_version")
    op.drop_index(op.f("ix_registry_difference_status"), table_name="registry_difference")
    op.drop_index(op.f("ix_registry_difference_registry_model_id"), table_name="registry_difference")
    op.drop_table("registry_difference")
    op.drop_index(op.f("ix_registry_model_model_id"), table_name="registry_model")
    op.drop_table("registry_model")
    op.drop_table("registry_sync")
    op.drop_table("registry_rules")
    op.drop_index(op.f("ix_import_record_digest"), table_name="import_record")
    op.drop_table("import_record")
    op.drop_index(op.f("ix_discovery_status"), table_name="discovery")
    op.drop_index(op.f("ix_discovery_last_seen"), table_name="discovery")
    op.drop_table("discovery")
