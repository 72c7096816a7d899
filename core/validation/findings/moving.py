"""What moves around a finding while it is open: its owner, its due date, and what it is linked with."""

from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.grants import actor_of
from core.access.rules import Actor, Permission
from core.errors import Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.links.known import require
from core.store import Store
from core.validation.evidence import finding_facts
from core.validation.finding_rules import (
    already_linked,
    extend_refusals,
    link_refusals,
    new_due_refusals,
    owner_refusals,
    reassign_refusals,
)
from core.validation.findings.acting import Act, Done, load_finding, recorded, refuse, save
from core.validation.rules import FindingChange, reason_refusals


def reassign(
    store: Store, ledger: Ledger, *, finding: str, owner: str, reason: str, actor: Actor, at: datetime
) -> Done:
    """Give the finding to another person, who can remediate it."""
    with deciding(store, ledger, "reassign a finding", entity=Entity("finding", finding), actor=actor, at=at) as tx:
        loaded = load_finding(tx.session, finding)
        row, facts = loaded.finding, finding_facts(loaded.finding)
        may = _may_remediate(tx.session, owner, at)
        refuse(
            (
                *reassign_refusals(facts, actor, model_owner=loaded.model.owner),
                *owner_refusals(owner, may_remediate=may, is_owner=owner == row.owner),
                *reason_refusals(reason, "The reason"),
            )
        )
        act = Act(FindingChange.REASSIGNED, Event.FINDING_REASSIGNED, reason, row.owner, owner)
        save(tx, row, {"owner": owner})
        return recorded(tx, ledger, loaded, act, actor=actor, at=at)


def extend_due(
    store: Store, ledger: Ledger, *, finding: str, due_at: datetime, reason: str, actor: Actor, at: datetime
) -> Done:
    """Give more time; never by whoever owns or remediated the finding."""
    with deciding(
        store, ledger, "extend the due date of a finding", entity=Entity("finding", finding), actor=actor, at=at
    ) as tx:
        loaded = load_finding(tx.session, finding)
        row = loaded.finding
        refuse(
            (
                *extend_refusals(finding_facts(row), actor),
                *new_due_refusals(due_at, row.due_at, at),
                *reason_refusals(reason, "The reason"),
            )
        )
        days = (row.due_at.isoformat(), due_at.isoformat())
        act = Act(FindingChange.EXTENDED, Event.FINDING_EXTENDED, reason, *days)
        save(tx, row, {"due_at": due_at})
        return recorded(tx, ledger, loaded, act, actor=actor, at=at)


def link_finding(
    store: Store, ledger: Ledger, *, finding: str, to: Ref, reason: str, actor: Actor, at: datetime
) -> Done:
    """Link the finding with another record by hand, with the reason; raises `NotFound` for one that is not there."""
    with deciding(store, ledger, "link a finding", entity=Entity("finding", finding), actor=actor, at=at) as tx:
        loaded = load_finding(tx.session, finding)
        refuse((*link_refusals(actor), *reason_refusals(reason, "The reason")))
        require(tx.session, to)
        if not link(tx, Ref(RecordKind.FINDING, finding), to, by=actor.acting_as, at=at):
            raise Refused(already_linked(finding, to.number))
        save(tx, loaded.finding, {})
        act = Act(FindingChange.LINKED, Event.FINDING_LINKED, reason, "", f"{to.kind} {to.number}")
        return recorded(tx, ledger, loaded, act, actor=actor, at=at)


def _may_remediate(session: Session, person: str, at: datetime) -> bool:
    actor = actor_of(session, person, at=at)
    return actor is not None and Permission.FINDING_REMEDIATE in actor.permissions
