"""Second factors, service accounts, and people that a directory brings."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_session", sa.Column("seen_at", Instant(), nullable=True))
    op.add_column("sign_in_session", sa.Column("agent", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("sign_in_code", sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("token", sa.Column("replaces", sa.String(length=16), nullable=True))
    _second_factors()
    _service_accounts()
    _directory()


def _second_factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_second_factor_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_recovery_code_person_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person"), "recovery_code", ["person"])


def _service_accounts() -> None:
    op.create_table(
        "service_account",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=1000), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_service_account_person_person")),
        sa.ForeignKeyConstraint(["owner"], ["person.number"], name=op.f("fk_service_account_owner_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_service_account")),
    )
    op.create_index(op.f("ix_service_account_owner"), "service_account", ["owner"])


def _directory() -> None:
    op.create_table(
        "directory_user",
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("said", sa.String(length=8000), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_directory_user_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_directory_user")),
    )
    op.create_index(op.f("ix_directory_user_external_id"), "directory_user", ["external_id"])
    op.create_table(
        "directory_group",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_directory_group")),
    )
    op.create_index(op.f("ix_directory_group_name"), "directory_group", ["name"])
    op.create_table(
        "directory_member",
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["group"], ["directory_group.number"], name=op.f("fk_directory_member_group_directory_group")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.number"], name=op.f("fk_directory_member_person_person")),
        sa.PrimaryKeyConstraint("group", "person", name=op.f("pk_directory_member")),
    )
    op.create_index(op.f("ix_directory_member_person"), "directory_member", ["person"])


def downgrade() -> None:
    for table in (
        "directory_member",
        "directory_group",
        "directory_user",
        "service_account",
        "recovery_code",
        "second_factor",
    ):
        op.drop_table(table)
    op.drop_column("token", "replaces")
    op.drop_column("sign_in_code", "second_factor")
    op.drop_column("sign_in_session", "agent")
    op.drop_column("sign_in_session", "seen_at")
