"""Passwords: what is too easy to guess, and their Argon2id hashes."""

from functools import cache

from pwdlib import PasswordHash

from core.errors import Refusal

SHORTEST, LONGEST = 12, 1024
_FEWEST_SIGNS = 5
_KNOWN = (
    "password",
    "passwort",
    "countersign",
    "123456789",
    "12345",
    "qwertyuiop",
    "qwertzuiop",
    "letmein",
    "iloveyou",
    "admin",
)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()  # Argon2id with the parameters of RFC 9106, section 4, second choice


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher().hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password belongs to the hash; without a hash it takes the same time and the answer is no."""
    right = _hasher().verify(password[:LONGEST], stored or _nobodys_hash())
    return right and stored is not None


def password_refusals(password: str, *, username: str) -> tuple[Refusal, ...]:
    """Every reason against a new password; length counts, composition does not (NIST SP 800-63B, 5.1.1.2)."""
    reasons = []
    if len(password) < SHORTEST:
        reasons.append(Refusal("password-short", f"The password has fewer than {SHORTEST} characters"))
    if len(password) > LONGEST:
        reasons.append(Refusal("password-long", f"The password has more than {LONGEST} characters"))
    if len(set(password)) < _FEWEST_SIGNS:
        reasons.append(Refusal("password-repeats", f"The password has fewer than {_FEWEST_SIGNS} different characters"))
    lowered, user = password.casefold(), username.casefold()
    rest = lowered
    for known in (*_KNOWN, *([user] if len(user) > 2 else [])):
        rest = rest.replace(known, "")
    if rest != lowered and len(rest) < SHORTEST // 2:
        reasons.append(Refusal("password-known", "The password is little more than a well-known word or the user name"))
    return tuple(reasons)
