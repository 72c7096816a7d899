"""Readers of places outside this process: files, hosts, servers."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from app.delivery.guard import AllowedHost, parse_hosts
from app.mail import MailServer, parse_mail_server
from app.registries.servers import ServerPlace, parse_servers
from app.settings.plain import get, whole_number
from app.settings.values import SettingError
from app.sources import Place, parse_sources


def evidence_sources(environ: Mapping[str, str]) -> tuple[Place, ...]:
    """Where evidence may be fetched from."""
    try:
        return parse_sources(get(environ, "EVIDENCE_SOURCES"))
    except ValueError:
        expected = "absolute folders and s3://bucket/beginning/, separated by commas"
        raise SettingError("EVIDENCE_SOURCES", expected) from None


def production_drop(environ: Mapping[str, str]) -> Path | None:
    """The folder into which production data is put."""
    written = get(environ, "PRODUCTION_DROP")
    if written and not Path(written).is_absolute():
        raise SettingError("PRODUCTION_DROP", "an absolute path of a folder")
    return Path(written).resolve() if written else None


def mail(environ: Mapping[str, str]) -> MailServer | None:
    """The mail server and who writes."""
    url, sender = get(environ, "MAIL_SERVER"), get(environ, "MAIL_FROM")
    if not url:
        return None
    if not sender:
        raise SettingError("MAIL_FROM", "set when COUNTERSIGN_MAIL_SERVER is", because="MAIL_SERVER")
    try:
        return parse_mail_server(url, sender)
    except ValueError:
        expected = "smtp://host, smtp+starttls://user:password@host or smtps://user:password@host, from a mail address"
        raise SettingError("MAIL_SERVER", expected) from None


def webhook_hosts(environ: Mapping[str, str]) -> tuple[AllowedHost, ...]:
    """Hosts that webhooks may go to."""
    try:
        return parse_hosts(get(environ, "WEBHOOK_HOSTS"))
    except ValueError:
        expected = "hosts such as hooks.example.org,ci.corp:8080=internal, separated by commas"
        raise SettingError("WEBHOOK_HOSTS", expected) from None


def hosts(environ: Mapping[str, str], name: str, example: str) -> tuple[AllowedHost, ...]:
    """Hosts that something may go to."""
    try:
        return parse_hosts(get(environ, name))
    except ValueError:
        raise SettingError(name, f"hosts such as {example}, separated by commas") from None


def stress_hosts(environ: Mapping[str, str]) -> tuple[AllowedHost, ...]:
    """Hosts that may be put under load."""
    try:
        return parse_hosts(get(environ, "STRESS_HOSTS"))
    except ValueError:
        expected = "hosts such as scoring.example.org,models.corp:5001=internal, separated by commas"
        raise SettingError("STRESS_HOSTS", expected) from None


def stress_tokens(environ: Mapping[str, str]) -> Mapping[str, str]:
    """By host, the token that goes to it; a value that cannot be read is not repeated in the error."""
    written = [part.strip().partition("=") for part in get(environ, "STRESS_TOKENS").split(",") if part.strip()]
    if not all(host and token for host, _, token in written):
        raise SettingError("STRESS_TOKENS", "host=token, separated by commas")
    return {host.lower(): token for host, _, token in written}


def anchor_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Folders in which checkpoints may be kept."""
    written = [Path(part.strip()) for part in get(environ, "ANCHOR_FOLDERS").split(",") if part.strip()]
    if not all(path.is_absolute() for path in written):
        raise SettingError("ANCHOR_FOLDERS", "absolute folders, separated by commas")
    return tuple(path.resolve() for path in written)


def anchor_hosts(environ: Mapping[str, str]) -> tuple[AllowedHost, ...]:
    """Hosts of witnesses and authorities."""
    try:
        return parse_hosts(get(environ, "ANCHOR_HOSTS"))
    except ValueError:
        expected = "hosts such as witness.example.org,stamps.corp:8080=internal, separated by commas"
        raise SettingError("ANCHOR_HOSTS", expected) from None


def erasure_orders(environ: Mapping[str, str]) -> Path | None:
    """The folder that remembers who was erased."""
    written = get(environ, "ERASURE_ORDERS")
    if written and not Path(written).is_absolute():
        raise SettingError("ERASURE_ORDERS", "an absolute path of a folder")
    return Path(written).resolve() if written else None


def ledger_state(environ: Mapping[str, str]) -> Path | None:
    """The file that remembers the newest checkpoint."""
    written = get(environ, "LEDGER_STATE")
    if written and not Path(written).is_absolute():
        raise SettingError("LEDGER_STATE", "an absolute path of a file")
    return Path(written) if written else None


def mlflow_servers(environ: Mapping[str, str]) -> tuple[ServerPlace, ...]:
    """MLflow servers with what they are asked with."""
    try:
        return parse_servers(get(environ, "MLFLOW_SERVERS"), get(environ, "MLFLOW_CREDENTIALS"))
    except ValueError:
        expected = "pairs such as main=https://mlflow.example.org, with credentials only for https or this machine"
        raise SettingError("MLFLOW_SERVERS", expected) from None


def mlflow_sync(environ: Mapping[str, str]) -> timedelta | None:
    """How often each is looked at; none: never by itself."""
    if get(environ, "MLFLOW_SYNC_MINUTES", "60") == "0":
        return None
    return timedelta(minutes=whole_number(environ, "MLFLOW_SYNC_MINUTES", 60))
