"""People, their roles, sign-in sessions and tokens, as rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field

from core.access.rules import EVERYWHERE, Role
from core.store.base import Row
from core.store.types import Instant, choice, row_id


class Person(Row, table=True):
    """A person; the ledger knows only `number`, so that a name can be erased."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    username: str = Field(unique=True, max_length=200)
    name: str = Field(max_length=200)
    email: str = Field(default="", max_length=320)
    subject: str | None = Field(
        default=None, unique=True, max_length=500
    )  # "issuer subject" of an outside identity provider
    password_hash: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    enabled_at: datetime | None = Field(default=None, sa_type=Instant)  # the last time that they were let in again


class FormerName(Row, table=True):
    """What a person was called until a moment, so that a report of a past date names them as they were called then.

    Goes when the person is erased.
    """

    __tablename__ = "former_name"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    person: str = Field(foreign_key="person.number", index=True, max_length=16)
    name: str = Field(max_length=200)
    until: datetime = Field(sa_type=Instant)


class RoleGrant(Row, table=True):
    """A role given to a person, with reason and end; `reach` is the text of a `Reach`."""

    __tablename__ = "role_grant"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    person: str = Field(foreign_key="person.number", index=True)
    role: Role = Field(sa_type=choice(Role))
    reach: str = Field(default=EVERYWHERE.text, sa_column_kwargs={"server_default": EVERYWHERE.text})
    reason: str = Field(max_length=1000)
    granted_by: str = Field(max_length=16)
    granted_at: datetime = Field(sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: str | None = Field(default=None, max_length=16)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    basis: str = Field(default="", max_length=32)  # a word of `Basis`; empty for grants of before there were words
    confirmed_by: str | None = Field(default=None, max_length=16)


class Delegation(Row, table=True):
    """An approver lets another act for them for a period."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    approver: str = Field(foreign_key="person.number", index=True)
    delegate: str = Field(foreign_key="person.number", index=True)
    reason: str = Field(max_length=1000)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    given_at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    reach: str = Field(default=EVERYWHERE.text, sa_column_kwargs={"server_default": EVERYWHERE.text})


class SignInSession(Row, table=True):
    """One sign-in: re-read on every rerun and call, so that ending it ends access at once."""

    __tablename__ = "sign_in_session"

    id: str = Field(primary_key=True, max_length=64)
    person: str = Field(foreign_key="person.number", index=True)
    opened_at: datetime = Field(sa_type=Instant)
    authenticated_at: datetime | None = Field(default=None, sa_type=Instant)  # when the person last proved who they are
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    seen_at: datetime | None = Field(default=None, sa_type=Instant)  # the last rerun or call, to the minute
    agent: str = Field(default="", max_length=40)  # the family of the browser and nothing more of it


class SignInCode(Row, table=True):
    """An authorization code of the embedded identity provider, stored as its SHA-256 and used once."""

    __tablename__ = "sign_in_code"

    digest: str = Field(primary_key=True, max_length=64)
    person: str = Field(foreign_key="person.number")
    session: str = Field(max_length=64)
    client_id: str = Field(max_length=200)
    redirect_uri: str = Field(max_length=2000)
    scope: str = Field(max_length=500)
    nonce: str = Field(max_length=500, index=True)
    code_challenge: str = Field(max_length=200)
    code_challenge_method: str = Field(max_length=16)
    issued_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    second_factor: bool = False  # whether a code of an authenticator was given beside the password


class SignInFailure(Row, table=True):
    """A failed attempt to sign in, counted for the lockout."""

    __tablename__ = "sign_in_failure"

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    username: str = Field(max_length=200, index=True)
    at: datetime = Field(sa_type=Instant)


class SetupLink(Row, table=True):
    """The one-time link that makes the first administrator, or lets a person set their first password."""

    __tablename__ = "setup_link"

    digest: str = Field(primary_key=True, max_length=64)
    person: str | None = Field(default=None, max_length=16)  # none: makes the first administrator
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Token(Row, table=True):
    """A pipeline's token: 256 random bits, kept as their SHA-256, acting for its owner within its scopes."""

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    number: str = Field(unique=True, max_length=16)
    person: str = Field(foreign_key="person.number", index=True)
    name: str = Field(max_length=200)
    secret_digest: str = Field(unique=True, max_length=64)
    scopes: str = Field(max_length=1000)  # permissions, separated by a space
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    last_used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    replaces: str | None = Field(default=None, max_length=16)  # the token that this one takes over from


class ServiceAccount(Row, table=True):
    """What makes a person a service account: nobody signs in as it, and a person answers for it."""

    __tablename__ = "service_account"

    person: str = Field(primary_key=True, foreign_key="person.number", max_length=16)
    owner: str = Field(foreign_key="person.number", index=True, max_length=16)
    purpose: str = Field(max_length=1000)
    created_at: datetime = Field(sa_type=Instant)


class SecondFactor(Row, table=True):
    """The authenticator of a person who signs in here; its secret is encrypted under a key outside the store."""

    __tablename__ = "second_factor"

    person: str = Field(primary_key=True, foreign_key="person.number", max_length=16)
    sealed: str = Field(max_length=200)
    since: datetime = Field(sa_type=Instant)
    last_step: int = Field(sa_type=BigInteger)  # the time step of the last code; it and earlier ones are spent
    wrong_codes: int = 0  # in a row


class RecoveryCode(Row, table=True):
    """A code for the day on which the authenticator is lost, kept as a keyed digest and used once."""

    __tablename__ = "recovery_code"

    digest: str = Field(primary_key=True, max_length=64)
    person: str = Field(foreign_key="person.number", index=True, max_length=16)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class IdempotencyKey(Row, table=True):
    """The first answer to a call, given again when the call is repeated with the same key and body."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("actor", "key"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    actor: str = Field(max_length=16)
    key: str = Field(max_length=200)
    request_digest: str = Field(max_length=64)
    answer: str
    at: datetime = Field(sa_type=Instant)


class DigestWish(Row, table=True):
    """A person who gets a digest of their work by mail, every day or every Monday."""

    __tablename__ = "digest_wish"

    person: str = Field(primary_key=True, foreign_key="person.number", max_length=16)
    weekly: bool
    since: datetime = Field(sa_type=Instant)
