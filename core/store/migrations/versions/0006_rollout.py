"""Rollout: environments, the history of deployments, rehearsals, messages that leave, and the code behind a version."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("merged_as", sa.String(length=64), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "pipeline", "github", "gitlab", name="source", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("told_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_change")),
        sa.UniqueConstraint("repository", "number", name=op.f("uq_code_change_repository")),
    )
    op.create_table(
        "code_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "passed",
                "failed",
                "running",
                "skipped",
                name="checkstate",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "pipeline", "github", "gitlab", name="source", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_check")),
        sa.UniqueConstraint("repository", "revision", "name", name=op.f("uq_code_check_repository")),
    )
    op.create_table(
        "code_hook",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column(
            "forge",
            sa.Enum("github", "gitlab", name="forge", native_enum=False, create_constraint=True, length=22),
            nullable=False,
        ),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("heard_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_hook")),
        sa.UniqueConstraint("number", name=op.f("uq_code_hook_number")),
    )
    op.create_table(
        "environment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("slot_of", sa.String(length=50), nullable=False),
        sa.Column("serves", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environment")),
        sa.UniqueConstraint("name", name=op.f("uq_environment_name")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("webhook", "registry", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("receiver", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "delivered",
                "given up",
                name="delivery",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("lease_holder", sa.String(length=64), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("number", name=op.f("uq_outbox_message_number")),
    )
    op.create_index("ix_outbox_message_due", "outbox_message", ["status", "next_at"], unique=False)
    op.create_index(op.f("ix_outbox_message_receiver"), "outbox_message", ["receiver"], unique=False)
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("number", name=op.f("uq_webhook_endpoint_number")),
    )
    op.create_table(
        "code_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "approved",
                "changes requested",
                "commented",
                "dismissed",
                name="reviewstate",
                native_enum=False,
                create_constraint=True,
                length=33,
            ),
            nullable=False,
        ),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "pipeline", "github", "gitlab", name="source", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["change_id"], ["code_change.id"], name=op.f("fk_code_review_change_id_code_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_review")),
        sa.UniqueConstraint("change_id", "reviewer", name=op.f("uq_code_review_change_id")),
    )
    op.create_table(
        "outbox_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("arrived", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_message.id"], name=op.f("fk_outbox_attempt_message_id_outbox_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_attempt")),
    )
    op.create_index(op.f("ix_outbox_attempt_message_id"), "outbox_attempt", ["message_id"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("replaced_version_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column(
            "phase",
            sa.Enum("shadow", "canary", "full", name="phase", native_enum=False, create_constraint=True, length=22),
            nullable=False,
        ),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=50), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("moved_by", sa.String(length=16), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "advanced",
                "superseded",
                "rolled back",
                "aborted",
                "retired",
                name="ending",
                native_enum=False,
                create_constraint=True,
                length=27,
            ),
            nullable=True,
        ),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("ended_because", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("share between 0 and 100", name=op.f("ck_deployment_share")),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_deployment_model_id_model")),
        sa.ForeignKeyConstraint(
            ["replaced_version_id"], ["model_version.id"], name=op.f("fk_deployment_replaced_version_id_model_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_deployment_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_index("ix_deployment_at", "deployment", ["model_id", "environment", "since"], unique=False)
    op.create_index(op.f("ix_deployment_version_id"), "deployment", ["version_id"], unique=False)
    op.create_index(
        "uq_deployment_standing",
        "deployment",
        ["model_id", "environment", "phase"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "drill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column("from_version_id", sa.Integer(), nullable=True),
        sa.Column("to_version_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("passed", "failed", name="drilloutcome", native_enum=False, create_constraint=True, length=22),
            nullable=False,
        ),
        sa.Column("found", sa.String(length=8000), nullable=False),
        sa.Column("microseconds", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["model_version.id"], name=op.f("fk_drill_from_version_id_model_version")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_drill_model_id_model")),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["model_version.id"], name=op.f("fk_drill_to_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )
    op.create_index(op.f("ix_drill_model_id"), "drill", ["model_id"], unique=False)
    op.create_table(
        "restriction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("lifted_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_restriction_model_id_model")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_restriction_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index(op.f("ix_restriction_model_id"), "restriction", ["model_id"], unique=False)
    op.create_table(
        "version_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("told_by", sa.String(length=16), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_version_code_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_code")),
    )
    op.create_index("ix_version_code_version", "version_code", ["version_id", "repository"], unique=False)
    op.create_table(
        "rollout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("former_version_id", sa.Integer(), nullable=True),
        sa.Column("environment", sa.String(length=50), nullable=False),
        sa.Column(
            "strategy",
            sa.Enum(
                "step by step", "blue-green", name="strategy", native_enum=False, create_constraint=True, length=28
            ),
            nullable=False,
        ),
        sa.Column("slot", sa.String(length=50), nullable=False),
        sa.Column("plan", sa.String(length=2000), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("step_since", Instant(), nullable=False),
        sa.Column("hold_until", Instant(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "under way",
                "halted",
                "completed",
                "aborted",
                name="rolloutstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("begun_by", sa.String(length=16), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("said", sa.String(length=2000), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change_request.id"], name=op.f("fk_rollout_change_id_change_request")),
        sa.ForeignKeyConstraint(
            ["former_version_id"], ["model_version.id"], name=op.f("fk_rollout_former_version_id_model_version")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_rollout_model_id_model")),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"], name=op.f("fk_rollout_version_id_model_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout")),
    )
    op.create_index(op.f("ix_rollout_change_id"), "rollout", ["change_id"], unique=False)
    op.create_index(
        "uq_rollout_open",
        "rollout",
        ["model_id", "environment"],
        unique=True,
        sqlite_where=sa.text("status IN ('under way', 'halted')"),
        postgresql_where=sa.text("status IN ('under way', 'halted')"),
    )
    # what stood in production before there was a history of it began when its pointer was moved
    op.execute(
        "INSERT INTO deployment (model_id, version_id, environment, phase, share, slot, change, reason, since,"
        " moved_by, ended_by, ended_because)"
        " SELECT model_id, version_id, environment, 'full', 100, '', '', '', since, moved_by, '', ''"
        " FROM production_pointer"
    )


def downgrade() -> None:
    op.drop_table("rollout")
    op.drop_table("version_code")
    op.drop_table("restriction")
    op.drop_table("drill")
    op.drop_table("deployment")
    op.drop_table("outbox_attempt")
    op.drop_table("code_review")
    op.drop_table("webhook_endpoint")
    op.drop_table("outbox_message")
    op.drop_table("environment")
    op.drop_table("code_hook")
    op.drop_table("code_check")
    op.drop_table("code_change")
