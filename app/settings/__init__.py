"""How this installation is set up: read once from environment variables that start with COUNTERSIGN_."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from app.settings import entering, outside, plain
from app.settings.values import PREFIX as PREFIX
from app.settings.values import OutsideProvider as OutsideProvider
from app.settings.values import SettingError as SettingError
from app.settings.values import SettingErrors as SettingErrors
from app.settings.values import Settings as Settings
from core.access.rules.dormancy import LIMIT

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
    data_dir = Path(plain.get(environ, "DATA_DIR", "var")).resolve()
    address = plain.get(environ, "ADDRESS", "127.0.0.1")
    port = plain.whole_number(environ, "PORT", 8501)
    host = "localhost" if address in {"0.0.0.0", "::"} else address  # noqa: S104  compared, not bound
    public_url = entering.public_url(environ, f"http://{host}:{port}")
    return Settings(
        data_dir=data_dir,
        database_url=plain.get(environ, "DATABASE_URL", f"sqlite:///{data_dir / 'countersign.db'}"),
        address=address,
        port=port,
        public_url=public_url,
        origin=plain.get(environ, "LEDGER_ORIGIN", f"{urlsplit(public_url).netloc}/ledger"),
        session_length=timedelta(hours=plain.whole_number(environ, "SESSION_HOURS", 8)),
        session_idle=entering.session_idle(environ),
        second_factor=entering.second_factor(environ),
        access_review=timedelta(days=plain.days(environ, "ACCESS_REVIEW_DAYS", 90)),
        dormant=timedelta(days=plain.days(environ, "DORMANT_DAYS", LIMIT.days)),
        evidence_sources=outside.evidence_sources(environ),
        production_drop=outside.production_drop(environ),
        webhook_hosts=outside.webhook_hosts(environ),
        alert_hosts=outside.hosts(environ, "ALERT_HOSTS", "hooks.slack.com,chat.corp:8443=internal"),
        stress_hosts=outside.stress_hosts(environ),
        stress_tokens=outside.stress_tokens(environ),
        anchor_folders=outside.anchor_folders(environ),
        anchor_hosts=outside.anchor_hosts(environ),
        ledger_state=outside.ledger_state(environ),
        erasure_orders=outside.erasure_orders(environ),
        mail=outside.mail(environ),
        mlflow_servers=outside.mlflow_servers(environ),
        mlflow_sync=outside.mlflow_sync(environ),
        provider=entering.provider(environ),
        group_roles=entering.group_roles(plain.get(environ, "OIDC_GROUP_ROLES")),
        proxies=entering.networks(environ, "PROXIES"),
        scim_token=entering.scim_token(environ),
        scim_links_by_name=entering.scim_links_by_name(environ),
        server_works=plain.yes_or_no(environ, "SERVER_WORKER", default=True),
        api_calls=plain.whole_number(environ, "API_CALLS_PER_MINUTE", 6000),
        log_format=entering.log_format(environ),
        log_level=entering.log_level(environ),
        metrics_token=entering.metrics_token(environ),
        metrics_networks=entering.networks(environ, "METRICS_NETWORKS"),
    )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {PREFIX + name for name in NAMES}
    for name in sorted(environ):
        if name.startswith(PREFIX + "OIDC_") and name not in known:
            raise SettingError(name.removeprefix(PREFIX), "left out: there is no such setting")
