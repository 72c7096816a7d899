"""Grants follow what somebody outside says: the groups of a provider at sign-in, those of the directory at any time."""

from collections.abc import Mapping
from datetime import datetime

from core.access.alerting import AccessAlert, ask_for_alert
from core.access.grants import grants_of, reaches_of
from core.access.people import add_grant, end_grants
from core.access.rules import Actor, Reach, Role, met
from core.access.rules.granting import Basis
from core.ledger.service import Ledger
from core.store import Transaction


def follow_roles(
    tx: Transaction,
    ledger: Ledger,
    person: str,
    wanted: Mapping[Role, Reach],
    *,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Make the grants equal to what is wanted; toxic pairs are harmless, because permissions are cut.

    Sensitive roles wait for nobody, since who says so is the authority; they are on record as brought from outside.
    A role that is to reach further or less far than it does ends and is given anew.
    """
    held = reaches_of(grants_of(tx.session, person, at=at))
    for role in sorted(held):
        if held[role] != wanted.get(role):
            end_grants(tx, ledger, person=person, role=role, actor=actor, at=at)
    for role in sorted(wanted):
        if wanted[role] != held.get(role):
            add_grant(
                tx, ledger, person=person, role=role, reason=reason, reach=wanted[role], basis=Basis.PROVIDER,
                actor=actor, at=at,
            )  # fmt: skip
    before, after = met(frozenset(held)), met(frozenset(wanted))
    if after and after != before:
        ask_for_alert(tx, AccessAlert.TOXIC_PAIR, person, at=at)
    elif before and not after:
        ask_for_alert(tx, AccessAlert.APART, person, at=at)
