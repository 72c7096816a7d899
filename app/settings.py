"""How this installation is set up: read once from environment variables that start with COUNTERSIGN_."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from app.delivery.guard import AllowedHost, parse_hosts
from app.logs.vocabulary import LogFormat
from app.mail import MailServer, parse_mail_server
from app.registries.servers import ServerPlace, parse_servers
from app.sources import Place, parse_sources
from core.access.rules import Role
from core.access.rules.dormancy import LIMIT
from core.access.rules.factors import Demand

PREFIX = "COUNTERSIGN_"
SHORTEST_TOKEN = 16
SHORTEST_DAYS, LONGEST_DAYS = 30, 366
SHORTEST_IDLE = 5
SHORTEST_SCIM_TOKEN = 32
Network = IPv4Network | IPv6Network
NAMES: tuple[str, ...] = (  # each is documented in docs/settings.md; a test compares
    "DATA_DIR",
    "DATABASE_URL",
    "ADDRESS",
    "PORT",
    "PUBLIC_URL",
    "LEDGER_ORIGIN",
    "SESSION_HOURS",
    "ACCESS_REVIEW_DAYS",
    "DORMANT_DAYS",
    "SESSION_IDLE_MINUTES",
    "SECOND_FACTOR",
    "API_CALLS_PER_MINUTE",
    "EVIDENCE_SOURCES",
    "PRODUCTION_DROP",
    "WEBHOOK_HOSTS",
    "ALERT_HOSTS",
    "STRESS_HOSTS",
    "STRESS_TOKENS",
    "ANCHOR_FOLDERS",
    "ANCHOR_HOSTS",
    "LEDGER_STATE",
    "ERASURE_ORDERS",
    "MAIL_SERVER",
    "MAIL_FROM",
    "MLFLOW_SERVERS",
    "MLFLOW_CREDENTIALS",
    "MLFLOW_SYNC_MINUTES",
    "SERVER_WORKER",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "METRICS_NETWORKS",
    "PROXIES",
    "SCIM_TOKEN",
    "SCIM_LINK",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_SCOPE",
    "OIDC_PROMPT",
    "OIDC_GROUPS_CLAIM",
    "OIDC_GROUP_ROLES",
    "OIDC_ADMIN_SUBJECT",
)


class SettingError(ValueError):
    """A setting that cannot be read; says which and what it should be. `because` names the one that demands it."""

    def __init__(self, name: str, expected: str, *, because: str = "") -> None:
        self.name, self.because = name, because
        super().__init__(f"{PREFIX}{name} must be {expected}.")


class SettingErrors(SettingError):
    """Everything that is wrong with the settings, at once."""

    def __init__(self, faults: Sequence[SettingError]) -> None:
        self.faults, self.name, self.because = tuple(faults), faults[0].name, ""
        ValueError.__init__(self, "\n".join(str(one) for one in faults))


@dataclass(frozen=True)
class OutsideProvider:
    """The organisation's OpenID provider; `group_roles` empty means that roles come from the store."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid email profile"
    prompt: str = "select_account"
    groups_claim: str = "groups"
    group_roles: tuple[tuple[str, Role], ...] = ()
    admin_subject: str = ""


@dataclass(frozen=True)
class Settings:
    """Where things are kept and how people reach and enter this installation."""

    data_dir: Path
    database_url: str = field(repr=False)  # may hold a password
    address: str
    port: int
    public_url: str
    origin: str
    session_length: timedelta
    session_idle: timedelta | None = timedelta(hours=1)  # None: a session ends at its length alone
    second_factor: Demand = Demand.OPTIONAL  # of people who sign in here
    access_review: timedelta = timedelta(days=90)  # from one access review to the next
    dormant: timedelta = LIMIT  # after so long without use an account is blocked
    evidence_sources: tuple[Place, ...] = ()
    production_drop: Path | None = None  # a folder into which production data is put
    webhook_hosts: tuple[AllowedHost, ...] = ()
    alert_hosts: tuple[AllowedHost, ...] = ()
    stress_hosts: tuple[AllowedHost, ...] = ()
    stress_tokens: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    anchor_folders: tuple[Path, ...] = ()
    anchor_hosts: tuple[AllowedHost, ...] = ()
    ledger_state: Path | None = None  # a file outside that remembers the newest checkpoint
    erasure_orders: Path | None = None  # a folder apart that remembers who was erased, for restored backups
    mail: MailServer | None = None
    mlflow_servers: tuple[ServerPlace, ...] = ()
    mlflow_sync: timedelta | None = None  # how often; None: never by itself
    provider: OutsideProvider | None = None
    group_roles: tuple[tuple[str, Role], ...] = ()  # also of the directory's groups
    proxies: tuple[Network, ...] = ()  # whose word on a caller's address is believed
    scim_token: str = field(default="", repr=False)  # what the directory shows; none: there is no directory
    scim_links_by_name: bool = False  # whether a user name is enough to be the person whom the directory brought
    server_works: bool = True  # the server does background work itself
    api_calls: int = 6000  # of one token in a minute
    log_format: LogFormat = LogFormat.TEXT
    log_level: str = "INFO"
    metrics_token: str = field(default="", repr=False)  # what a scraper of /metrics shows
    metrics_networks: tuple[Network, ...] = ()  # or where it may come from without one

    @property
    def scraped(self) -> bool:
        """Whether anybody may read the metrics of this installation."""
        return bool(self.metrics_token or self.metrics_networks)

    @property
    def internal_url(self) -> str:
        """Where this process reaches itself, past any proxy."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self.address, self.address)  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def embedded_issuer(self) -> str:
        """The name of the embedded provider in its tokens."""
        return f"{self.public_url}/idp"

    @property
    def redirect_uri(self) -> str:
        """Where a provider sends the browser back to."""
        return f"{self.public_url}/oauth2callback"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises `SettingErrors` with every one that cannot be read."""
    left, faults = dict(environ), list[SettingError]()
    while True:
        try:
            found = _read(left)
        except SettingError as fault:
            faults.append(fault)
            at_fault = next((name for name in (fault.name, fault.because) if left.pop(PREFIX + name, None)), None)
            if at_fault is not None:  # without it, what else is wrong?
                continue
        if faults:
            raise SettingErrors(faults)
        return found


def _read(environ: Mapping[str, str]) -> Settings:
    _refuse_unknown(environ)
    data_dir = Path(_get(environ, "DATA_DIR", "var")).resolve()
    address = _get(environ, "ADDRESS", "127.0.0.1")
    port = _whole_number(environ, "PORT", 8501)
    host = "localhost" if address in {"0.0.0.0", "::"} else address  # noqa: S104  compared, not bound
    public_url = _public_url(environ, f"http://{host}:{port}")
    return Settings(
        data_dir=data_dir,
        database_url=_get(environ, "DATABASE_URL", f"sqlite:///{data_dir / 'countersign.db'}"),
        address=address,
        port=port,
        public_url=public_url,
        origin=_get(environ, "LEDGER_ORIGIN", f"{urlsplit(public_url).netloc}/ledger"),
        session_length=timedelta(hours=_whole_number(environ, "SESSION_HOURS", 8)),
        session_idle=_session_idle(environ),
        second_factor=_second_factor(environ),
        access_review=timedelta(days=_days(environ, "ACCESS_REVIEW_DAYS", 90)),
        dormant=timedelta(days=_days(environ, "DORMANT_DAYS", LIMIT.days)),
        evidence_sources=_evidence_sources(environ),
        production_drop=_production_drop(environ),
        webhook_hosts=_webhook_hosts(environ),
        alert_hosts=_hosts(environ, "ALERT_HOSTS", "hooks.slack.com,chat.corp:8443=internal"),
        stress_hosts=_stress_hosts(environ),
        stress_tokens=_stress_tokens(environ),
        anchor_folders=_anchor_folders(environ),
        anchor_hosts=_anchor_hosts(environ),
        ledger_state=_ledger_state(environ),
        erasure_orders=_erasure_orders(environ),
        mail=_mail(environ),
        mlflow_servers=_mlflow_servers(environ),
        mlflow_sync=_mlflow_sync(environ),
        provider=_provider(environ),
        group_roles=_group_roles(_get(environ, "OIDC_GROUP_ROLES")),
        proxies=_networks(environ, "PROXIES"),
        scim_token=_scim_token(environ),
        scim_links_by_name=_scim_links_by_name(environ),
        server_works=_yes_or_no(environ, "SERVER_WORKER", default=True),
        api_calls=_whole_number(environ, "API_CALLS_PER_MINUTE", 6000),
        log_format=_log_format(environ),
        log_level=_log_level(environ),
        metrics_token=_metrics_token(environ),
        metrics_networks=_networks(environ, "METRICS_NETWORKS"),
    )


def _get(environ: Mapping[str, str], name: str, default: str = "") -> str:
    return environ.get(PREFIX + name, "").strip() or default


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {PREFIX + name for name in NAMES}
    for name in sorted(environ):
        if name.startswith(PREFIX + "OIDC_") and name not in known:
            raise SettingError(name.removeprefix(PREFIX), "left out: there is no such setting")


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    written = _get(environ, name, str(default))
    if not re.fullmatch(r"[0-9]{1,5}", written) or not 0 < int(written) < 65536:
        raise SettingError(name, "a whole number from 1 to 65535")
    return int(written)


def _session_idle(environ: Mapping[str, str]) -> timedelta | None:
    if _get(environ, "SESSION_IDLE_MINUTES", "60") == "0":
        return None
    minutes = _whole_number(environ, "SESSION_IDLE_MINUTES", 60)
    if minutes < SHORTEST_IDLE:  # use is noted to the minute
        raise SettingError("SESSION_IDLE_MINUTES", f"at least {SHORTEST_IDLE}, or 0 for no limit")
    return timedelta(minutes=minutes)


def _second_factor(environ: Mapping[str, str]) -> Demand:
    written = _get(environ, "SECOND_FACTOR", Demand.OPTIONAL)
    if written not in set(Demand):
        raise SettingError("SECOND_FACTOR", "optional, sensitive or required")
    return Demand(written)


def _days(environ: Mapping[str, str], name: str, default: int) -> int:
    """Long enough for what happens within: a review is open for 14 days, a warning lasts 15."""
    days = _whole_number(environ, name, default)
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise SettingError(name, f"a number of days from {SHORTEST_DAYS} to {LONGEST_DAYS}")
    return days


def _public_url(environ: Mapping[str, str], default: str) -> str:
    url = _get(environ, "PUBLIC_URL", default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.username:
        raise SettingError("PUBLIC_URL", "an origin such as https://countersign.example.org, without a path")
    return url


def _evidence_sources(environ: Mapping[str, str]) -> tuple[Place, ...]:
    try:
        return parse_sources(_get(environ, "EVIDENCE_SOURCES"))
    except ValueError:
        expected = "absolute folders and s3://bucket/beginning/, separated by commas"
        raise SettingError("EVIDENCE_SOURCES", expected) from None


def _production_drop(environ: Mapping[str, str]) -> Path | None:
    written = _get(environ, "PRODUCTION_DROP")
    if written and not Path(written).is_absolute():
        raise SettingError("PRODUCTION_DROP", "an absolute path of a folder")
    return Path(written).resolve() if written else None


def _mail(environ: Mapping[str, str]) -> MailServer | None:
    url, sender = _get(environ, "MAIL_SERVER"), _get(environ, "MAIL_FROM")
    if not url:
        return None
    if not sender:
        raise SettingError("MAIL_FROM", "set when COUNTERSIGN_MAIL_SERVER is", because="MAIL_SERVER")
    try:
        return parse_mail_server(url, sender)
    except ValueError:
        expected = "smtp://host, smtp+starttls://user:password@host or smtps://user:password@host, from a mail address"
        raise SettingError("MAIL_SERVER", expected) from None


def _webhook_hosts(environ: Mapping[str, str]) -> tuple[AllowedHost, ...]:
    try:
        return parse_hosts(_get(environ, "WEBHOOK_HOSTS"))
    except ValueError:
        expected = "hosts such as hooks.example.org,ci.corp:8080=internal, separated by commas"
        raise SettingError("WEBHOOK_HOSTS", expected) from None


def _hosts(environ: Mapping[str, str], name: str, example: str) -> tuple[AllowedHost, ...]:
    try:
        return parse_hosts(_get(environ, name))
    except ValueError:
        raise SettingError(name, f"hosts such as {example}, separated by commas") from None


def _stress_hosts(environ: Mapping[str, str]) -> tuple[AllowedHost, ...]:
    try:
        return parse_hosts(_get(environ, "STRESS_HOSTS"))
    except ValueError:
        expected = "hosts such as scoring.example.org,models.corp:5001=internal, separated by commas"
        raise SettingError("STRESS_HOSTS", expected) from None


def _stress_tokens(environ: Mapping[str, str]) -> Mapping[str, str]:
    """By host, the token that goes to it; a value that cannot be read is not repeated in the error."""
    written = [part.strip().partition("=") for part in _get(environ, "STRESS_TOKENS").split(",") if part.strip()]
    if not all(host and token for host, _, token in written):
        raise SettingError("STRESS_TOKENS", "host=token, separated by commas")
    return {host.lower(): token for host, _, token in written}


def _anchor_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    written = [Path(part.strip()) for part in _get(environ, "ANCHOR_FOLDERS").split(",") if part.strip()]
    if not all(path.is_absolute() for path in written):
        raise SettingError("ANCHOR_FOLDERS", "absolute folders, separated by commas")
    return tuple(path.resolve() for path in written)


def _anchor_hosts(environ: Mapping[str, str]) -> tuple[AllowedHost, ...]:
    try:
        return parse_hosts(_get(environ, "ANCHOR_HOSTS"))
    except ValueError:
        expected = "hosts such as witness.example.org,stamps.corp:8080=internal, separated by commas"
        raise SettingError("ANCHOR_HOSTS", expected) from None


def _erasure_orders(environ: Mapping[str, str]) -> Path | None:
    written = _get(environ, "ERASURE_ORDERS")
    if written and not Path(written).is_absolute():
        raise SettingError("ERASURE_ORDERS", "an absolute path of a folder")
    return Path(written).resolve() if written else None


def _ledger_state(environ: Mapping[str, str]) -> Path | None:
    written = _get(environ, "LEDGER_STATE")
    if written and not Path(written).is_absolute():
        raise SettingError("LEDGER_STATE", "an absolute path of a file")
    return Path(written) if written else None


def _mlflow_servers(environ: Mapping[str, str]) -> tuple[ServerPlace, ...]:
    try:
        return parse_servers(_get(environ, "MLFLOW_SERVERS"), _get(environ, "MLFLOW_CREDENTIALS"))
    except ValueError:
        expected = "pairs such as main=https://mlflow.example.org, with credentials only for https or this machine"
        raise SettingError("MLFLOW_SERVERS", expected) from None


def _mlflow_sync(environ: Mapping[str, str]) -> timedelta | None:
    if _get(environ, "MLFLOW_SYNC_MINUTES", "60") == "0":
        return None
    return timedelta(minutes=_whole_number(environ, "MLFLOW_SYNC_MINUTES", 60))


def _yes_or_no(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    written = _get(environ, name, "yes" if default else "no")
    if written not in {"yes", "no"}:
        raise SettingError(name, "yes or no")
    return written == "yes"


def _log_format(environ: Mapping[str, str]) -> LogFormat:
    written = _get(environ, "LOG_FORMAT", LogFormat.TEXT)
    if written not in set(LogFormat):
        raise SettingError("LOG_FORMAT", "text or json")
    return LogFormat(written)


def _log_level(environ: Mapping[str, str]) -> str:
    written = _get(environ, "LOG_LEVEL", "INFO").upper()
    if written not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise SettingError("LOG_LEVEL", "debug, info, warning or error")
    return written


def _metrics_token(environ: Mapping[str, str]) -> str:
    token = _get(environ, "METRICS_TOKEN")
    if token and not re.fullmatch(rf"[\x21-\x7e]{{{SHORTEST_TOKEN},200}}", token):
        raise SettingError("METRICS_TOKEN", f"{SHORTEST_TOKEN} to 200 letters, digits or signs without a space")
    return token


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in _get(environ, name).split(",") if part.strip())
    except ValueError:
        raise SettingError(name, "networks such as 10.1.0.0/16,::1/128, separated by commas") from None


def _scim_token(environ: Mapping[str, str]) -> str:
    token = _get(environ, "SCIM_TOKEN")
    if token and not re.fullmatch(rf"[\x21-\x7e]{{{SHORTEST_SCIM_TOKEN},500}}", token):
        raise SettingError("SCIM_TOKEN", f"{SHORTEST_SCIM_TOKEN} to 500 letters, digits or signs without a space")
    return token


def _scim_links_by_name(environ: Mapping[str, str]) -> bool:
    written = _get(environ, "SCIM_LINK", "externalId")
    if written not in {"externalId", "userName"}:
        raise SettingError("SCIM_LINK", "externalId or userName")
    return written == "userName"


def _provider(environ: Mapping[str, str]) -> OutsideProvider | None:
    issuer = _get(environ, "OIDC_ISSUER").rstrip("/")
    if not issuer:
        return None
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        if not _get(environ, name):
            raise SettingError(name, "set when COUNTERSIGN_OIDC_ISSUER is", because="OIDC_ISSUER")
    return OutsideProvider(
        issuer=issuer,
        client_id=_get(environ, "OIDC_CLIENT_ID"),
        client_secret=_get(environ, "OIDC_CLIENT_SECRET"),
        scope=_get(environ, "OIDC_SCOPE", OutsideProvider.scope),
        prompt=_get(environ, "OIDC_PROMPT", OutsideProvider.prompt),
        groups_claim=_get(environ, "OIDC_GROUPS_CLAIM", OutsideProvider.groups_claim),
        group_roles=_group_roles(_get(environ, "OIDC_GROUP_ROLES")),
        admin_subject=_get(environ, "OIDC_ADMIN_SUBJECT"),
    )


def _group_roles(written: str) -> tuple[tuple[str, Role], ...]:
    pairs = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        group, equals, role = part.rpartition("=")
        if not equals or not group.strip() or role.strip() not in set(Role):
            raise SettingError("OIDC_GROUP_ROLES", "pairs such as risk-team=validator,compliance=approver")
        pairs.append((group.strip(), Role(role.strip())))
    return tuple(pairs)
