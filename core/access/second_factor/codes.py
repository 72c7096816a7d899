"""Codes by time (RFC 6238) and recovery codes: which are right, and that each is taken once."""

import hmac
import re
import secrets
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from sqlmodel import Session, col, func, select, update

from core.access.second_factor.keys import FactorKey
from core.access.tables import RecoveryCode, SecondFactor
from core.store import Transaction

STEP = 30  # seconds (RFC 6238, 4.1)
DRIFT = 1  # steps by which a clock may be off (RFC 6238, 5.2)
MOST_WRONG = 100  # in a row, after which only a recovery code helps (NIST SP 800-63B, 5.2.2)
RECOVERY_CODES = 10
ISSUER = "Countersign"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are taken for one another
_HALF = 5


def new_secret() -> str:
    """160 random bits in base 32, as long as the digest that is made with them (RFC 4226, 4)."""
    return pyotp.random_base32()


def address_of(secret: str, *, username: str, host: str) -> str:
    """What the QR code says: an `otpauth://` address with this secret."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=f"{username}@{host}", issuer_name=ISSUER)


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The time step that this code belongs to, at most one away from now; none for a wrong code."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    authenticator, now = pyotp.TOTP(secret, interval=STEP), int(at.timestamp()) // STEP
    fitting = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(authenticator.at(step * STEP), code)
    ]
    return fitting[-1] if fitting else None


def cleaned(code: str) -> str:
    """The code without what people put between its signs."""
    return re.sub(r"[\s-]", "", code).casefold()[:40]


def spend_code(tx: Transaction, key: FactorKey, factor: SecondFactor, code: str, *, at: datetime) -> bool:
    """Take a code of the authenticator; False when it is wrong, was taken before, or too many were wrong in a row."""
    try:
        step = step_of(key.opened(factor.person, factor.sealed), cleaned(code), at=at)
    except InvalidTag:  # sealed under a key that is gone: nothing is right until the factor is taken away
        return False
    if step is None or factor.wrong_codes > MOST_WRONG:
        return False
    later = update(SecondFactor).where(
        col(SecondFactor.person) == factor.person, col(SecondFactor.last_step) < step
    )  # two that come at once with the same code: the second finds it spent
    return tx.session.exec(later.values(last_step=step)).rowcount == 1


def spend_recovery_code(tx: Transaction, key: FactorKey, person: str, code: str, *, at: datetime) -> bool:
    """Take a recovery code; False when it is wrong or was used."""
    unused = update(RecoveryCode).where(
        col(RecoveryCode.digest) == key.digest(person, cleaned(code)),
        col(RecoveryCode.person) == person,
        col(RecoveryCode.used_at).is_(None),
    )
    return tx.session.exec(unused.values(used_at=at)).rowcount == 1


def make_recovery_codes(tx: Transaction, key: FactorKey, person: str, *, at: datetime) -> tuple[str, ...]:
    """Ten new codes of 49 random bits, as people read them; earlier ones no longer work."""
    unused = update(RecoveryCode).where(col(RecoveryCode.person) == person, col(RecoveryCode.used_at).is_(None))
    tx.session.exec(unused.values(used_at=at))
    made = [_half() + "-" + _half() for _ in range(RECOVERY_CODES)]
    for code in made:
        tx.session.add(RecoveryCode(digest=key.digest(person, cleaned(code)), person=person))
    return tuple(made)


def factor_of(session: Session, person: str) -> SecondFactor | None:
    """The authenticator of this person, if there is one."""
    return session.get(SecondFactor, person)


def recovery_codes_left(session: Session, person: str) -> int:
    """How many recovery codes this person may still use."""
    unused = (RecoveryCode.person == person, col(RecoveryCode.used_at).is_(None))
    return session.exec(select(func.count()).select_from(RecoveryCode).where(*unused)).one()


def _half() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_HALF))
