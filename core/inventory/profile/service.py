"""The use cases that decide what a model is: its scope, its inherent risk, and the packs that apply."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import Problem, Refusal, Refused, Unreadable
from core.inventory.changing.service import Changed, apply, change_refusals
from core.inventory.history import Difference
from core.inventory.intake import LONG, text_problems
from core.inventory.profile.deciding import check_readable, open_model
from core.inventory.profile.rules import (
    Answer,
    Factor,
    RiskLevel,
    Scope,
    pack_refusals,
    proposed_packs,
)
from core.inventory.tables import Model, PackDecision, RiskFactor
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.packs.service import known_packs
from core.store import Store, Transaction


def decide_scope(
    store: Store, ledger: Ledger, *, model: str, scope: Scope, reason: str, actor: Actor, at: datetime
) -> Changed:
    """Say whether this is a model, none, or a generative one, and why."""
    with deciding(store, ledger, "decide the scope", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = open_model(tx.session, model)
        check_readable(reason)
        _refuse((*change_refusals(actor, row), *reason_refusals(reason)))
        pairs = (("scope", row.scope.value, scope.value), ("scope_reason", row.scope_reason, reason.strip()))
        found = [Difference(field, old, new) for field, old, new in pairs if old != new]
        values = {"scope": scope, "scope_reason": reason.strip()}
        event = Event.SCOPE_DECIDED
        return apply(tx, ledger, row, values, found, reason=reason, actor=actor, at=at, event=event)


def assess_risk(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    levels: Mapping[Factor, RiskLevel],
    reasons: Mapping[Factor, str],
    actor: Actor,
    at: datetime,
) -> Changed:
    """Assess inherent-risk factors, each with its reason; factors that are not named stay as they are."""
    with deciding(store, ledger, "assess inherent risk", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = open_model(tx.session, model)
        problems = [
            problem
            for factor in levels
            for problem in text_problems(factor.value, reasons.get(factor, ""), longest=LONG, required=True)
        ]
        if problems:
            raise Unreadable(problems)
        _refuse(change_refusals(actor, row))
        found = [one for factor, level in levels.items() for one in _factor(tx, row, factor, level, reasons, actor, at)]
        if not found:
            return Changed(model, (), row.revision, None)
        why = " ".join(f"{factor.value.capitalize()}: {reasons[factor].strip()}" for factor in levels)
        event = Event.RISK_ASSESSED
        return apply(tx, ledger, row, {}, found, reason=why, actor=actor, at=at, event=event)


def confirm_packs(
    store: Store,
    ledger: Ledger,
    *,
    model: str,
    answers: Collection[Answer],
    confirmed: Collection[str],
    reason: str,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Confirm which packs apply; where they differ from what the answers propose, the reason says why."""
    with deciding(store, ledger, "confirm the packs", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = open_model(tx.session, model)
        check_readable(reason)
        known = known_packs(tx.session)
        unknown = sorted(set(confirmed) - set(known))
        if unknown:
            raise Unreadable([Problem("not a regulation pack", column="packs", found=", ".join(unknown))])
        proposed = frozenset(one.pack for one in proposed_packs(frozenset(answers)))
        _refuse((*change_refusals(actor, row), *pack_refusals(proposed, frozenset(confirmed), reason)))
        ordered = " ".join(one for one in known if one in set(confirmed))
        tx.session.add(
            PackDecision(
                model_id=row.id or 0,
                answers="\n".join(one.value for one in Answer if one in answers),
                proposed=" ".join(sorted(proposed)),
                confirmed=ordered,
                reason=reason.strip(),
                confirmed_by=actor.id,
                confirmed_at=at,
            )
        )
        found = [Difference("packs", row.packs, ordered)] if set(row.packs.split()) != set(confirmed) else []
        why = reason.strip() or "As the answers propose."
        event = Event.PACKS_CONFIRMED
        values = {"packs": ordered} if found else {}
        return apply(tx, ledger, row, values, found, reason=why, actor=actor, at=at, event=event)


def _factor(
    tx: Transaction,
    row: Model,
    factor: Factor,
    level: RiskLevel,
    reasons: Mapping[Factor, str],
    actor: Actor,
    at: datetime,
) -> list[Difference]:
    """Store one factor; what is the same in level and reason is no difference."""
    query = select(RiskFactor).where(RiskFactor.model_id == row.id, RiskFactor.factor == factor)
    held = tx.session.exec(query).first()
    reason = reasons[factor].strip()
    if held is not None and (held.level, held.reason) == (level, reason):
        return []
    before = held.level.value if held else ""
    held = held or RiskFactor(
        model_id=row.id or 0, factor=factor, level=level, reason=reason, assessed_by=actor.id, assessed_at=at
    )
    held.level, held.reason, held.assessed_by, held.assessed_at = level, reason, actor.id, at
    tx.session.add(held)
    tx.session.flush()
    return [Difference(factor.value, before, level.value, reason)]


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
