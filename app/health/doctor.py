"""Looks at an installation from the machine it runs on: each check says how it stands and what would mend it."""

import smtplib
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import httpx
from sqlalchemy import text
from sqlmodel import col, select

from app.composition import Workplace
from app.health.checks import readiness
from app.mail import check_mail_server
from core.access.setup import needs_first_administrator
from core.errors import GovernanceError
from core.inventory.groups.queries import group_names
from core.inventory.queries.choices import business_lines
from core.jobs.queries import counts
from core.jobs.tables import JobStatus
from core.ledger.anchors.queries import places
from core.ledger.quick import verify_entries
from core.store import EvidenceFiles
from core.validation.tables import Evidence

DEADLINE = 5.0  # seconds, for each service outside
OFF_BY = timedelta(seconds=2)
NAMED = 5  # missing files named
PUBLIC = ".crt"  # certificates are for everybody


class Standing(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One check: what it looked at, how it stands, what was seen, and the way out."""

    about: str
    standing: Standing
    seen: str
    way_out: str = ""

    @property
    def line(self) -> str:
        mark = {Standing.OK: "ok  ", Standing.WARNING: "WARN", Standing.FAILED: "FAIL"}[self.standing]
        return f"{mark} {self.about}: {self.seen}" + (f"\n     {self.way_out}" if self.way_out else "")


def look(place: Workplace, *, at: datetime, outside: bool = True) -> Iterable[Finding]:
    """Every check in turn, so that the first is shown while the next runs; `outside` also asks services elsewhere."""
    yield from _ready(place, at)
    for check in (_secrecy, _clock, _ledger, _evidence, _people, _groups, _work, _kept_outside, _address):
        yield _guarded(check, place, at)
    if outside:
        for check in (_mail, _provider, _registries):
            yield _guarded(check, place, at)


def worst(found: Sequence[Finding]) -> Standing:
    """The worst standing among them."""
    order = (Standing.FAILED, Standing.WARNING)
    return next((one for one in order if any(finding.standing is one for finding in found)), Standing.OK)


def _guarded(check: Callable[[Workplace, datetime], Finding], place: Workplace, at: datetime) -> Finding:
    try:
        return check(place, at)
    except Exception as error:  # noqa: BLE001  a check that cannot be made is a finding, and the next ones still run
        about = check.__name__.strip("_").replace("_", " ")
        return Finding(about, Standing.FAILED, f"could not be looked at: {type(error).__name__}")


WAYS = {
    "database": "Is it running, and does COUNTERSIGN_DATABASE_URL name it?",
    "schema": "Start the server once with this version; it brings the schema up to date.",
    "ledger": "`countersign ledger compare` says what is ahead of this store.",
    "data folder": "The service account must own the data folder, on a disk with room.",
    "witnesses": "Make the witness reachable; it is asked twice a minute until it answers.",
    "worker": "Start the server, or `countersign worker` where COUNTERSIGN_SERVER_WORKER is no.",
}


def _ready(place: Workplace, at: datetime) -> Iterable[Finding]:
    for one in readiness(place, at=at):
        standing = Standing.OK if one.ok else Standing.FAILED if one.needed else Standing.WARNING
        yield Finding(one.name, standing, one.why or "fine", "" if one.ok else WAYS[one.name])


def _secrecy(place: Workplace, _at: datetime) -> Finding:
    """Nobody else on this machine may read keys, secrets and records."""
    folders = [place.settings.data_dir, *(place.settings.data_dir / name for name in ("keys", "signin"))]
    files = [path for folder in folders[1:] if folder.is_dir() for path in folder.iterdir() if path.suffix != PUBLIC]
    open_ones = [path for path in (*folders, *files) if path.exists() and _open_to_others(path.stat().st_mode)]
    if not open_ones:
        return Finding("secrecy", Standing.OK, "keys and data are for the service account alone")
    named = ", ".join(str(path) for path in open_ones[:NAMED])
    return Finding("secrecy", Standing.FAILED, f"others can read {named}", "chmod -R go= DATA_DIR")


def _open_to_others(mode: int) -> bool:
    return bool(mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH))


def _clock(place: Workplace, at: datetime) -> Finding:
    if place.store.engine.dialect.name != "postgresql":
        return Finding("clock", Standing.OK, f"{at:%Y-%m-%d %H:%M:%S} UTC, the database has no clock of its own")
    with place.store.reading() as session:
        theirs: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs(theirs - at)
    if apart <= OFF_BY:
        return Finding("clock", Standing.OK, f"{apart.total_seconds():.1f} s from the database's")
    seen = f"{apart.total_seconds():.0f} s from the database's"
    return Finding("clock", Standing.WARNING, seen, "Keep both machines' clocks by NTP.")


def _ledger(place: Workplace, _at: datetime) -> Finding:
    with place.store.reading() as session:
        report = verify_entries(session, place.ledger.vkey)
    if report.passed:
        return Finding("entries", Standing.OK, f"{report.size:,} entries are those that were signed")
    failed = "; ".join(f"{step.name}: {step.detail}" for step in report.steps if not step.passed)
    return Finding("entries", Standing.FAILED, failed, "`countersign ledger verify` names each entry.")


def _evidence(place: Workplace, _at: datetime) -> Finding:
    """Every file that the record names is there; whether its bytes are right is for the verification to say."""
    with place.store.reading() as session:
        there = select(Evidence.number, Evidence.file_digest).where(col(Evidence.removed_at).is_(None))
        named = session.exec(there.order_by(col(Evidence.id))).all()
    missing = [number for number, digest in named if not _lies_there(place.files, digest)]
    closed = [
        number
        for number, digest in named
        if place.files.sealed.holds(digest) and not place.files.sealed.has_key(digest)
    ]
    if closed:
        seen = f"{len(closed):,} sealed files have no key here: {', '.join(closed[:NAMED])}"
        return Finding("evidence", Standing.FAILED, seen, "Take the folder of keys from a backup with keys.")
    if not missing:
        return Finding("evidence", Standing.OK, f"all {len(named):,} files that the record names are there")
    seen = f"{len(missing):,} of {len(named):,} files are missing: {', '.join(missing[:NAMED])}"
    return Finding("evidence", Standing.FAILED, seen, "Take them from a backup.")


def _lies_there(files: EvidenceFiles, digest: str) -> bool:
    """Whether a file, or the one without a person's rows, is there; one that was erased whole is missed by nobody."""
    erased = files.redaction(digest)
    return files.holds(files.stands_for(digest)) or (erased is not None and not erased.replacement)


def _people(place: Workplace, _at: datetime) -> Finding:
    with place.store.reading() as session:
        nobody = needs_first_administrator(session)
    if nobody:
        way_out = "The server prints the link that makes the first administrator when it starts."
        return Finding("people", Standing.WARNING, "nobody was ever made administrator", way_out)
    return Finding("people", Standing.OK, "there is an administrator")


def _groups(place: Workplace, _at: datetime) -> Finding:
    """A role that a group outside brings for what is not there reaches nothing: safe, and surely not meant."""
    mapped = place.settings.group_roles
    with place.store.reading() as session:
        lines = {line for one in mapped for line in one.reach.lines} - set(business_lines(session))
        groups = {group for one in mapped for group in one.reach.groups} - group_names(session).keys()
    if lines or groups:
        way_out = "Correct COUNTERSIGN_OIDC_GROUP_ROLES, or register the model or group that it means."
        seen = f"no model has the business line, or there is no group: {', '.join(sorted(lines | groups))}"
        return Finding("group roles", Standing.WARNING, seen, way_out)
    return Finding("group roles", Standing.OK, f"{len(mapped)} groups outside stand for roles")


def _work(place: Workplace, _at: datetime) -> Finding:
    with place.store.reading() as session:
        found = counts(session)
    failed = sum(number for (_, status), number in found.items() if status is JobStatus.FAILED)
    waiting = sum(number for (_, status), number in found.items() if status is JobStatus.QUEUED)
    seen = f"{waiting:,} jobs wait, {failed:,} failed"
    if failed:
        return Finding("work", Standing.WARNING, seen, "Monitoring, Schedule lists them and runs them again.")
    return Finding("work", Standing.OK, seen)


def _kept_outside(place: Workplace, _at: datetime) -> Finding:
    with place.store.reading() as session:
        rows = [row for row in places(session) if row.closed_at is None]
    if not rows:
        seen = "no checkpoint leaves this installation by itself"
        return Finding("anchors", Standing.WARNING, seen, "`countersign ledger add-place` sends them somewhere else.")
    failing = [row.number for row in rows if row.failing]
    if failing:
        seen = f"not reached: {', '.join(failing)}"
        return Finding("anchors", Standing.FAILED, seen, "`countersign ledger places` says why.")
    return Finding("anchors", Standing.OK, f"checkpoints go to {len(rows)}")


def _address(place: Workplace, _at: datetime) -> Finding:
    settings = place.settings
    host = httpx.URL(settings.public_url).host
    if settings.https or host in {"localhost", "127.0.0.1", "::1"}:
        return Finding("address", Standing.OK, settings.public_url)
    way_out = "Put a proxy with TLS before it and name its address in COUNTERSIGN_PUBLIC_URL."
    return Finding("address", Standing.WARNING, f"{settings.public_url} is not encrypted", way_out)


def _mail(place: Workplace, _at: datetime) -> Finding:
    server = place.settings.mail
    if server is None:
        seen = "no mail server is set up, so digests and alerts by mail stay away"
        return Finding("mail", Standing.WARNING, seen, "COUNTERSIGN_MAIL_SERVER names one.")
    try:
        check_mail_server(server, patience=DEADLINE)
    except (OSError, smtplib.SMTPException, GovernanceError) as error:
        seen = f"{server.host} port {server.port}: {type(error).__name__}"
        return Finding("mail", Standing.FAILED, seen, "Is COUNTERSIGN_MAIL_SERVER right, and its password?")
    return Finding("mail", Standing.OK, f"{server.host} takes us in")


def _provider(place: Workplace, _at: datetime) -> Finding:
    provider = place.settings.provider
    if provider is None:
        return Finding("sign-in", Standing.OK, "people sign in here")
    where = f"{provider.issuer}/.well-known/openid-configuration"
    try:
        answer = httpx.get(where, timeout=DEADLINE)
        said = answer.json().get("issuer", "") if answer.is_success else f"status {answer.status_code}"
    except (httpx.HTTPError, ValueError) as error:
        said = type(error).__name__
    if said.rstrip("/") == provider.issuer:
        return Finding("sign-in", Standing.OK, f"{provider.issuer} describes itself")
    return Finding("sign-in", Standing.FAILED, f"{where} answers {said}", "Is COUNTERSIGN_OIDC_ISSUER right?")


def _registries(place: Workplace, _at: datetime) -> Finding:
    silent = []
    for server in place.settings.mlflow_servers:
        try:
            httpx.get(f"{server.url.rstrip('/')}/health", timeout=DEADLINE).raise_for_status()
        except httpx.HTTPError as error:
            silent.append(f"{server.name} ({type(error).__name__})")
    if silent:
        return Finding("MLflow", Standing.FAILED, f"not reached: {', '.join(silent)}", "Are these servers running?")
    return Finding("MLflow", Standing.OK, f"{len(place.settings.mlflow_servers)} servers answer")
