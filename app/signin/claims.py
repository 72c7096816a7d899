"""What a signed sign-in cookie says of a person, parsed from the claims of either provider."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.settings import Settings
from core.access.rules import Reach, Role
from core.access.rules.outside import roles_for


@dataclass(frozen=True)
class Claims:
    """Who the provider says this is; nothing here is believed before the store has been asked.

    `session` identifies the sign-in: the embedded provider's `sid`, otherwise a digest of what makes this ID token
    unique. `subject` is the person's number with the embedded provider.
    """

    embedded: bool
    issuer: str
    subject: str
    session: str
    issued_at: datetime
    authenticated_at: datetime  # `auth_time` where the provider says it (OpenID Connect Core 2), else when it vouched
    name: str
    email: str
    username: str
    groups: tuple[str, ...]


def claims_of(user: Mapping[str, object], settings: Settings) -> Claims | None:
    """The claims in Streamlit's record of the user; none when signed out or from a provider that is not ours now."""
    issuer, subject = _text(user, "iss"), _text(user, "sub")
    expected = settings.provider.issuer if settings.provider else settings.embedded_issuer
    if not user.get("is_logged_in") or not subject or issuer.rstrip("/") != expected:
        return None
    embedded = settings.provider is None
    session = _text(user, "sid") if embedded else _outside_session(user, issuer, subject)
    if not session:
        return None
    groups_claim = settings.provider.groups_claim if settings.provider else "groups"
    return Claims(
        embedded=embedded,
        issuer=expected,
        subject=subject,
        session=session,
        issued_at=_moment(user.get("iat")),
        authenticated_at=_moment(user.get("auth_time") or user.get("iat")),
        name=_text(user, "name"),
        email=_text(user, "email"),
        username=_text(user, "preferred_username"),
        groups=_texts(user.get(groups_claim)),
    )


def roles_in(claims: Claims, settings: Settings) -> dict[Role, Reach] | None:
    """The roles that the groups stand for, each as far as it reaches; none where roles come from the store."""
    if settings.provider is None or not settings.provider.group_roles:
        return None
    return roles_for(claims.groups, settings.provider.group_roles)


def _outside_session(user: Mapping[str, object], issuer: str, subject: str) -> str:
    parts = (issuer, subject, _text(user, "nonce"), str(user.get("iat", "")))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(user: Mapping[str, object], claim: str) -> str:
    value = user.get(claim)
    return value.strip()[:500] if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _moment(value: object) -> datetime:
    seconds = float(value) if isinstance(value, int | float) else 0.0
    return datetime.fromtimestamp(seconds, UTC)
