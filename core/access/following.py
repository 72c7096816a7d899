"""Grants follow what somebody outside says: the groups of a provider at sign-in, those of the directory at any time."""

from collections.abc import Set
from datetime import datetime

from core.access.alerting import AccessAlert, ask_for_alert
from core.access.grants import roles_of
from core.access.people import add_grant, end_grants
from core.access.rules import Actor, Role, met
from core.access.rules.granting import Basis
from core.ledger.service import Ledger
from core.store import Transaction


def follow_roles(
    tx: Transaction, ledger: Ledger, person: str, wanted: Set[Role], *, reason: str, actor: Actor, at: datetime
) -> None:
    """Make the grants equal to what is wanted; toxic pairs are harmless, because permissions are cut.

    Sensitive roles wait for nobody, since who says so is the authority; they are on record as brought from outside.
    """
    held = roles_of(tx.session, person, at=at)
    for role in sorted(wanted - held):
        add_grant(tx, ledger, person=person, role=role, reason=reason, basis=Basis.PROVIDER, actor=actor, at=at)
    for role in sorted(held - wanted):
        end_grants(tx, ledger, person=person, role=role, actor=actor, at=at)
    before, after = met(held), met(frozenset(wanted))
    if after and after != before:
        ask_for_alert(tx, AccessAlert.TOXIC_PAIR, person, at=at)
    elif before and not after:
        ask_for_alert(tx, AccessAlert.APART, person, at=at)
