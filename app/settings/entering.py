"""Readers of how people, pipelines and scrapers come in, and of the log."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import urlsplit

from app.logs.vocabulary import LogFormat
from app.settings.plain import get, whole_number
from app.settings.values import Network, OutsideProvider, SettingError
from core.access.rules import EVERYWHERE, Reach, Role, reach_refusals
from core.access.rules.factors import Demand
from core.access.rules.outside import GroupRole

SHORTEST_TOKEN = 16
SHORTEST_IDLE = 5
SHORTEST_SCIM_TOKEN = 32


def session_idle(environ: Mapping[str, str]) -> timedelta | None:
    """After how long without use a session ends; none where only its length ends it."""
    if get(environ, "SESSION_IDLE_MINUTES", "60") == "0":
        return None
    minutes = whole_number(environ, "SESSION_IDLE_MINUTES", 60)
    if minutes < SHORTEST_IDLE:  # use is noted to the minute
        raise SettingError("SESSION_IDLE_MINUTES", f"at least {SHORTEST_IDLE}, or 0 for no limit")
    return timedelta(minutes=minutes)


def second_factor(environ: Mapping[str, str]) -> Demand:
    """Who has to have a second factor."""
    written = get(environ, "SECOND_FACTOR", Demand.OPTIONAL)
    if written not in set(Demand):
        raise SettingError("SECOND_FACTOR", "optional, sensitive or required")
    return Demand(written)


def public_url(environ: Mapping[str, str], default: str) -> str:
    """The one origin that people use."""
    url = get(environ, "PUBLIC_URL", default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.username:
        raise SettingError("PUBLIC_URL", "an origin such as https://countersign.example.org, without a path")
    return url


def log_format(environ: Mapping[str, str]) -> LogFormat:
    """What a line of the log is."""
    written = get(environ, "LOG_FORMAT", LogFormat.TEXT)
    if written not in set(LogFormat):
        raise SettingError("LOG_FORMAT", "text or json")
    return LogFormat(written)


def log_level(environ: Mapping[str, str]) -> str:
    """From which level records are written."""
    written = get(environ, "LOG_LEVEL", "INFO").upper()
    if written not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingError("LOG_LEVEL", "debug, info, warning or error")
    return written


def metrics_token(environ: Mapping[str, str]) -> str:
    """What a scraper shows."""
    token = get(environ, "METRICS_TOKEN")
    if token and not re.fullmatch(rf"[\x21-\x7e]{{{SHORTEST_TOKEN},200}}", token):
        raise SettingError("METRICS_TOKEN", f"{SHORTEST_TOKEN} to 200 letters, digits or signs without a space")
    return token


def networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """Networks of addresses."""
    try:
        return tuple(ip_network(part.strip()) for part in get(environ, name).split(",") if part.strip())
    except ValueError:
        raise SettingError(name, "networks such as 10.1.0.0/16,::1/128, separated by commas") from None


def scim_token(environ: Mapping[str, str]) -> str:
    """What the directory shows."""
    token = get(environ, "SCIM_TOKEN")
    if token and not re.fullmatch(rf"[\x21-\x7e]{{{SHORTEST_SCIM_TOKEN},500}}", token):
        raise SettingError("SCIM_TOKEN", f"{SHORTEST_SCIM_TOKEN} to 500 letters, digits or signs without a space")
    return token


def scim_links_by_name(environ: Mapping[str, str]) -> bool:
    """Whether a user name is enough to be the person whom the directory brought."""
    written = get(environ, "SCIM_LINK", "externalId")
    if written not in {"externalId", "userName"}:
        raise SettingError("SCIM_LINK", "externalId or userName")
    return written == "userName"


def provider(environ: Mapping[str, str]) -> OutsideProvider | None:
    """The organisation's provider, where there is one."""
    issuer = get(environ, "OIDC_ISSUER").rstrip("/")
    if not issuer:
        return None
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        if not get(environ, name):
            raise SettingError(name, "set when COUNTERSIGN_OIDC_ISSUER is", because="OIDC_ISSUER")
    return OutsideProvider(
        issuer=issuer,
        client_id=get(environ, "OIDC_CLIENT_ID"),
        client_secret=get(environ, "OIDC_CLIENT_SECRET"),
        scope=get(environ, "OIDC_SCOPE", OutsideProvider.scope),
        prompt=get(environ, "OIDC_PROMPT", OutsideProvider.prompt),
        groups_claim=get(environ, "OIDC_GROUPS_CLAIM", OutsideProvider.groups_claim),
        group_roles=group_roles(get(environ, "OIDC_GROUP_ROLES")),
        admin_subject=get(environ, "OIDC_ADMIN_SUBJECT"),
    )


def group_roles(written: str) -> tuple[GroupRole, ...]:
    """Which group gives which role, and how far: `risk-team=validator@Lending`, `audit=auditor@MG0001`."""
    pairs = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        group, equals, said = part.rpartition("=")
        role, at, place = (one.strip() for one in said.partition("@"))
        if not equals or not group.strip() or role not in set(Role) or (at and not place):
            raise SettingError(
                "OIDC_GROUP_ROLES", "pairs such as risk-team=validator,compliance=approver@Lending,audit=auditor@MG0001"
            )
        reach = _reach(place) if at else EVERYWHERE
        if reach_refusals(Role(role), reach):
            raise SettingError("OIDC_GROUP_ROLES", "without @ at the role of administrator, which reaches everywhere")
        pairs.append(GroupRole(group.strip(), Role(role), reach))
    return tuple(pairs)


def _reach(place: str) -> Reach:
    """A group of models by its number, or a business line by its name."""
    if re.fullmatch(r"MG\d{4,}", place):
        return Reach(groups=frozenset({place}))
    return Reach(lines=frozenset({place}))
