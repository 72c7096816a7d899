"""How the organisation runs each check: the newest setting of a check, or what the catalogue says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select, update

from core.access.deciding import deciding
from core.access.rules import ORGANISATION, SYSTEM, Actor, Permission, deciding_about, permission_refusals
from core.compliance.catalogue import CheckText, catalogue, check_by_key
from core.compliance.tables import ComplianceFinding, ComplianceSetting
from core.compliance.vocabulary import FindingStatus
from core.errors import Problem, Refusal, Refused, Unreadable
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

LONGEST_REASON, SHORTEST_REASON = 2000, 10
LONGEST_CADENCE = 24 * 31


@dataclass(frozen=True)
class Standing:
    """A check as it is run now; `changed` is the setting that says so, none where the catalogue does."""

    text: CheckText
    on: bool
    every_hours: int
    parameters: Mapping[str, int]
    changed: ComplianceSetting | None = None


def standings(session: Session) -> Mapping[str, Standing]:
    """Every check of the catalogue, by key, in its order."""
    newest = select(func.max(ComplianceSetting.id)).group_by(col(ComplianceSetting.check_key))
    rows = session.exec(select(ComplianceSetting).where(col(ComplianceSetting.id).in_(newest))).all()
    by_key = {row.check_key: row for row in rows}
    return {key: _standing(text, by_key.get(key)) for key, text in catalogue().items()}


def manage_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor changes no check."""
    return permission_refusals(actor, Permission.COMPLIANCE_MANAGE)


def setting_refusals(actor: Actor, standing: Standing, *, reason: str, same: bool) -> tuple[Refusal, ...]:
    """As `manage_refusals`, and also the reason, and that something changes."""
    reasons = list(manage_refusals(actor))
    if len(reason.strip()) < SHORTEST_REASON:
        message = f"The reason has fewer than {SHORTEST_REASON} characters"
        reasons.append(Refusal("reason", message, "compliance", "Say why the check runs otherwise from now on."))
    if same:
        message = f"“{standing.text.title}” runs so already"
        reasons.append(Refusal("same", message, "compliance", "Change something, then record it."))
    return tuple(reasons)


def set_check(
    store: Store,
    ledger: Ledger,
    *,
    check: str,
    on: bool,
    every_hours: int,
    parameters: Mapping[str, int],
    reason: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Switch a check off or on, or change its cadence and parameters; the ledger entry that says so.

    What is open of a check that is switched off is closed with that reason: nothing looks at it any more.
    """
    text = check_by_key(check)
    _check(text, every_hours, parameters, reason)
    entity = Entity("compliance check", check)
    with deciding(store, ledger, "change a compliance check", entity=entity, actor=actor, at=at) as tx:
        standing = standings(tx.session)[check]
        wanted = {**standing.parameters, **parameters}
        same = (on, every_hours, wanted) == (standing.on, standing.every_hours, standing.parameters)
        reasons = setting_refusals(actor, standing, reason=reason, same=same)
        if reasons:
            raise Refused(reasons)
        said = json.dumps(wanted, sort_keys=True)
        tx.session.add(
            ComplianceSetting(
                check_key=check, on=on, every_hours=every_hours, parameters=said, reason=reason.strip(),
                set_by=actor.id, set_at=at,
            )
        )  # fmt: skip
        closed = 0 if on else _close_all(tx, check, reason.strip(), at)
        payload: dict[str, JsonValue] = {
            "on": on,
            "every_hours": every_hours,
            "parameters": said,
            "reason": reason.strip(),
            "closed": closed,
        }
        return ledger.record(tx, Event.COMPLIANCE_SET, entity=entity, actor=actor, at=at, payload=payload).index


def run_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor runs no checks; the installation itself always may.

    A run looks at every model and answers with what it found, so it takes a role that reaches everywhere.
    """
    if actor == SYSTEM:
        return ()
    with deciding_about(ORGANISATION):
        return permission_refusals(actor, Permission.COMPLIANCE_RUN)


def _standing(text: CheckText, row: ComplianceSetting | None) -> Standing:
    if row is None:
        return Standing(text, True, text.every_hours, text.defaults)
    said = json.loads(row.parameters)
    known = {name: int(said.get(name, default)) for name, default in text.defaults.items()}
    return Standing(text, row.on, row.every_hours, known, row)


def _check(text: CheckText, every_hours: int, parameters: Mapping[str, int], reason: str) -> None:
    problems = []
    if len(reason) > LONGEST_REASON:
        problems.append(Problem("too long", column="reason", expected=f"at most {LONGEST_REASON} characters"))
    if not 1 <= every_hours <= LONGEST_CADENCE:
        expected = f"from 1 to {LONGEST_CADENCE}"
        problems.append(Problem("not a cadence", column="every_hours", found=str(every_hours), expected=expected))
    known = {one.name: one for one in text.parameters}
    for name, value in parameters.items():
        if name not in known:
            problems.append(Problem("not a parameter of this check", column="parameters", found=name))
        elif not known[name].least <= value <= known[name].most:
            expected = f"from {known[name].least} to {known[name].most}"
            problems.append(Problem("out of range", column=name, found=str(value), expected=expected))
    if problems:
        raise Unreadable(problems)


def _close_all(tx: Transaction, check: str, reason: str, at: datetime) -> int:
    done = tx.session.execute(
        update(ComplianceFinding)
        .where(col(ComplianceFinding.check_key) == check, col(ComplianceFinding.status) == FindingStatus.OPEN)
        .values(
            status=FindingStatus.CLOSED, closed_at=at, closing_reason=f"The check was switched off: {reason}"[:1000]
        )
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
