"""Policy exceptions: asked for as a change, in force once approved, ending by themselves or before their time."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import key_of, load_change
from core.approval.rules import Exemption, ending_refusals, exemption_refusals
from core.approval.service.steps import check_text, refuse
from core.errors import NotFound, Refusal
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.metrics.verdicts import Verdict
from core.policy.exceptions.tables import PolicyException
from core.policy.service import policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.evidence import latest_run, missing_clauses, newest_checks
from core.validation.rules import MissingClause, reason_refusals
from core.validation.tables import CheckResult


class NewException(NamedTuple):
    """An exception as entered: from which clause, what compensates, until when, and which one it carries on, if any.

    `whole_model` asks for every version of the model, as far as none does worse than the one that was reviewed.
    """

    clause: str
    controls: str
    ends_at: datetime
    whole_model: bool = False
    extends: str = ""


def failed_clauses(session: Session, version: ModelVersion) -> dict[str, list[CheckResult]]:
    """The required checks that the version fails in its newest finished run, by clause."""
    found: dict[str, list[CheckResult]] = {}
    for check in newest_checks(session, version).values():
        if check.required and check.verdict is Verdict.FAIL:
            found.setdefault(check.clause, []).append(check)
    return found


def lacking_clauses(session: Session, version: ModelVersion) -> dict[str, MissingClause]:
    """What the version lacks of the evidence and records that its newest run's policy requires, by clause."""
    return {one.clause: one for one in missing_clauses(session, version, latest_run(session, version))}


def exception_refusals(
    session: Session, model: Model, version: ModelVersion, asked: NewException, *, at: datetime
) -> tuple[Refusal, ...]:
    """Reasons against an exception as it is asked for; one to be carried on belongs to the same model and clause."""
    check_text("controls", asked.controls)
    policy = policy_in_force(session, at=at).policy
    fails = asked.clause in failed_clauses(session, version) or asked.clause in lacking_clauses(session, version)
    reasons = exemption_refusals(
        Exemption(fails, asked.controls, asked.ends_at - at, longest_days=policy.longest_exception_days)
    )
    if not asked.extends:
        return reasons
    former = load_exception(session, asked.extends)
    if (former.model_id, former.clause) == (model.id, asked.clause):
        return reasons
    said = f"{asked.extends} is an exception from another clause, or of another model"
    return (*reasons, Refusal("extends", said, "policy exceptions", "Ask for a new one."))


def exception_row(
    tx: Transaction, change: str, model: Model, version: ModelVersion, asked: NewException, *, at: datetime
) -> PolicyException:
    """Store what is asked for, with the worst figure that the reviewers will see, or with what is lacking."""
    missing = lacking_clauses(tx.session, version).get(asked.clause)
    row = PolicyException(
        number=next_number(tx.session, "PE"),
        change=change,
        model_id=key_of(model),
        version_id=key_of(version),
        whole_model=asked.whole_model,
        clause=asked.clause,
        title=f"Required, and missing: {', '.join(sorted(missing.lacks))}"[:300] if missing else "",
        lacking="\n".join(sorted(missing.lacks)) if missing else "",
        controls=asked.controls,
        ends_at=asked.ends_at,
        extends=asked.extends or None,
    )
    if missing is None:
        _reviewed(tx.session, row, failed_clauses(tx.session, version)[asked.clause], at)
    tx.session.add(row)
    tx.session.flush()
    return row


def _reviewed(session: Session, row: PolicyException, checks: list[CheckResult], at: datetime) -> None:
    """The failed checks of the clause as the reviewers see them."""
    thresholds = policy_in_force(session, at=at).policy.thresholds
    row.title = next((one.title for one in thresholds if one.clause == row.clause), checks[0].metric)
    row.direction, row.threshold, row.figure = checks[0].direction, checks[0].threshold, worst_figure(checks)


def worst_figure(checks: list[CheckResult]) -> float | None:
    """The figure furthest on the wrong side; None where none could be computed."""
    figures = [check.value for check in checks if check.value is not None]
    if not figures:
        return None
    return min(figures) if checks[0].direction == "at least" else max(figures)


def grant_exception(tx: Transaction, ledger: Ledger, exception: PolicyException, *, actor: Actor, at: datetime) -> None:
    """Put an exception in force with the vote that approves it; what it carries on ends with it."""
    exception.starts_at = at
    tx.session.add(exception)
    payload = {"clause": exception.clause, "until": exception.ends_at.isoformat(), "change": exception.change}
    entity = Entity("exception", exception.number)
    ledger.record(tx, Event.EXCEPTION_GRANTED, entity=entity, actor=actor, at=at, payload=payload)


def end_exception(store: Store, ledger: Ledger, *, exception: str, reason: str, actor: Actor, at: datetime) -> None:
    """End a standing exception before its time; what it lifted stands against the version again at once."""
    check_text("reason", reason, longest=2000)
    entity = Entity("exception", exception)
    with deciding(store, ledger, "end an exception", entity=entity, actor=actor, at=at) as tx:
        row = load_exception(tx.session, exception)
        record = load_change(tx.session, row.change, to_decide=True)
        parties = frozenset({record.change.requested_by, record.model.owner})
        reasons = ending_refusals(actor, stands=is_standing(row, at), parties=parties)
        refuse((*reasons, *reason_refusals(reason, "The reason")))
        row.ended_by, row.ended_at, row.end_reason = actor.acting_as, at, reason
        tx.session.add(row)
        ledger.record(tx, Event.EXCEPTION_ENDED, entity=entity, actor=actor, at=at, payload={"reason": reason})


def is_standing(row: PolicyException, at: datetime) -> bool:
    """Whether the exception is in force at this moment."""
    return row.starts_at is not None and row.starts_at <= at < row.ends_at and row.ended_at is None


def load_exception(session: Session, number: str) -> PolicyException:
    """The exception with this number; raises `NotFound`."""
    row = session.exec(select(PolicyException).where(PolicyException.number == number)).first()
    if row is None:
        raise NotFound("policy exception", number)
    return row
