"""Opens a finding: by hand of a validator, or within the act that found something wanting."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Refused
from core.inventory.moves import load_version, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.policy.service import policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.evidence import validation_facts
from core.validation.rules import FindingSource, FindingStatus, Severity, reason_refusals, refusals
from core.validation.tables import Finding


def entity_of(model: Model, version: ModelVersion) -> Entity:
    """How the ledger names a version."""
    return Entity("version", f"{model.number} {version.version}")


def raise_finding(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    version: str,
    title: str,
    detail: str,
    severity: Severity,
    source: FindingSource = FindingSource.VALIDATION,
    check_key: str = "",
    about: Sequence[Ref] = (),
    actor: Actor,
    at: datetime,
) -> str:
    """Raise a finding by hand; returns its number (`F0001`). The model's developer owns it.

    `about` are the records that show it, each linked; `check_key` says which check it is about, so that a finding
    that comes back after it was closed is known as such.
    """
    with deciding(
        store, ledger, Action.RAISE_FINDING, entity=Entity("version", f"{model} {version}"), actor=actor, at=at
    ) as tx:
        model_row, row = load_version(tx.session, model, version)
        facts = validation_facts(tx.session, row)
        reasons = (*refusals(facts, Action.RAISE_FINDING, actor), *reason_refusals(title, "The title"))
        if reasons:
            raise Refused(reasons)
        record_part(tx, row, actor, Duty.VALIDATION, at)
        return open_finding(
            tx, ledger, model_row, row, title=title, detail=detail, severity=severity, source=source,
            check_key=check_key, about=about, actor=actor, at=at,
        )  # fmt: skip


def open_finding(
    tx: Transaction,
    ledger: Ledger,
    model: Model,
    version: ModelVersion,
    *,
    title: str,
    detail: str,
    severity: Severity,
    actor: Actor,
    at: datetime,
    run_id: int | None = None,
    check_key: str = "",
    source: FindingSource = FindingSource.VALIDATION,
    about: Sequence[Ref] = (),
) -> str:
    """Store a finding within a transaction and return its number; it is linked with what it is `about`."""
    days = policy_in_force(tx.session, at=at).policy.remediation_days(severity)
    former = _former(tx.session, model, check_key) if check_key else ()
    finding = Finding(
        number=next_number(tx.session, "F"),
        version_id=version.id or 0,
        run_id=run_id,
        check_key=check_key,
        source=source.value,
        repeat=len(former),
        title=title,
        detail=detail,
        severity=severity,
        owner=model.developer,
        raised_by=actor.acting_as,
        raised_at=at,
        due_at=at + timedelta(days=days),
    )
    tx.session.add(finding)
    payload = {"finding": finding.number, "title": title, "severity": severity.value, "source": source.value}
    if about:
        payload["about"] = ", ".join(f"{one.kind} {one.number}" for one in about)
    if former:
        payload["repeats"] = former[-1]
    refs = [*about, *(Ref(RecordKind.FINDING, number) for number in former[-1:])]
    for ref in refs:
        link(tx, Ref(RecordKind.FINDING, finding.number), ref, by=actor.acting_as, at=at)
    ledger.record(tx, Event.FINDING_RAISED, entity=entity_of(model, version), actor=actor, at=at, payload=payload)
    return finding.number


def _former(session: Session, model: Model, check_key: str) -> Sequence[str]:
    """The closed findings of the same check on any version of this model, the oldest first."""
    query = (
        select(Finding.number)
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .where(
            Finding.check_key == check_key,
            Finding.status == FindingStatus.VERIFIED_CLOSED,
            ModelVersion.model_id == model.id,
        )
        .order_by(func.coalesce(Finding.closed_at, 0), col(Finding.id))
    )
    return session.exec(query).all()
