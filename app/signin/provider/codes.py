"""Authorization codes: kept as digests for a minute, and used once by whoever takes the row away first."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from app.composition import Workplace, now
from core.access.sessions import open_session
from core.access.tables import SignInCode

LIFE = timedelta(seconds=60)


@dataclass(frozen=True)
class Entering:
    """Who has just proved who they are, how, and with which browser."""

    number: str
    agent: str = ""
    second_factor: bool = False


class Code:
    """A code as Authlib's classes ask for it."""

    def __init__(self, row: SignInCode) -> None:
        self.person, self.session = row.person, row.session
        self.code_challenge, self.code_challenge_method = row.code_challenge, row.code_challenge_method
        self._redirect_uri, self._scope, self._nonce = row.redirect_uri, row.scope, row.nonce
        self._issued_at, self._second_factor = row.issued_at, row.second_factor

    def get_redirect_uri(self) -> str:
        return self._redirect_uri

    def get_scope(self) -> str:
        return self._scope

    def get_nonce(self) -> str:
        return self._nonce

    def get_auth_time(self) -> int:
        return int(self._issued_at.timestamp())

    def get_acr(self) -> str | None:
        return None

    def get_amr(self) -> list[str]:
        return ["pwd", "otp", "mfa"] if self._second_factor else ["pwd"]  # RFC 8176


def keep_code(
    place: Workplace,
    code: str,
    *,
    who: Entering,
    client_id: str,
    redirect_uri: str,
    scope: str,
    nonce: str,
    code_challenge: str,
) -> None:
    """Open the session that the code stands for, and keep the code's digest, in one transaction."""
    at: datetime = now()
    session_id = secrets.token_urlsafe(24)
    with place.store.transaction() as tx:
        tx.session.exec(delete(SignInCode).where(col(SignInCode.expires_at) <= at - timedelta(hours=1)))
        length = place.settings.session_length
        open_session(tx, place.ledger, session_id=session_id, person=who.number, length=length, agent=who.agent, at=at)
        tx.session.add(
            SignInCode(
                digest=_digest(code),
                person=who.number,
                second_factor=who.second_factor,
                session=session_id,
                client_id=client_id,
                redirect_uri=redirect_uri,
                scope=scope,
                nonce=nonce,
                code_challenge=code_challenge,
                code_challenge_method="S256",
                issued_at=at,
                expires_at=at + LIFE,
            )
        )


def take_code(place: Workplace, code: str, *, client_id: str) -> Code | None:
    """The code, gone from the store from now on; none when it is unknown, used, expired or another client's."""
    with place.store.transaction() as tx:
        row = tx.session.get(SignInCode, _digest(code))
        if row is None:
            return None
        found, expires_at, owner = Code(row), row.expires_at, row.client_id
        won = tx.session.exec(delete(SignInCode).where(col(SignInCode.digest) == row.digest)).rowcount == 1
    return found if won and owner == client_id and expires_at > now() else None


def nonce_is_known(place: Workplace, nonce: str) -> bool:
    """Whether a code of the last hour carries this nonce."""
    with place.store.reading() as session:
        return session.exec(select(SignInCode).where(SignInCode.nonce == nonce)).first() is not None


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
