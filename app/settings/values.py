"""What is set up, as values: one field for each setting, and what is said of one that cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from app.delivery.guard import AllowedHost
from app.logs.vocabulary import LogFormat
from app.mail import MailServer
from app.registries.servers import ServerPlace
from app.sources import Place
from core.access.rules.dormancy import LIMIT
from core.access.rules.factors import Demand
from core.access.rules.outside import GroupRole

PREFIX = "COUNTERSIGN_"
Network = IPv4Network | IPv6Network


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
    group_roles: tuple[GroupRole, ...] = ()
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
    group_roles: tuple[GroupRole, ...] = ()  # also of the directory's groups
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
