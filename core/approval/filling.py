"""Checklist items that fill themselves: what the evidence at hand says, which an approver may still overrule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.approval.rules.vocabulary import Answer
from core.approval.tables import ChecklistItem
from core.inventory.tables import ModelVersion
from core.metrics.verdicts import Verdict
from core.policy.rules import ItemCheck
from core.validation.evidence import (
    blocking_findings,
    latest_conclusion,
    latest_run,
    lifted_findings,
    newest_checks,
    run_is_current,
)
from core.validation.rules import FindingStatus
from core.validation.tables import Finding, Question

MARK = "Filled by a check"


@dataclass(frozen=True)
class Filled:
    """What a check answers to an item, why in one sentence, and the evidence that it rests on."""

    answer: Answer
    says: str
    evidence: str


def filled_items(
    session: Session, version: ModelVersion, items: Sequence[ChecklistItem], *, at: datetime
) -> Mapping[str, Filled]:
    """By the item's code, what its check answers at this moment; items without a check, or without data, are absent."""
    found: dict[str, Filled] = {}
    for item in items:
        check = CHECKS.get(item.check_name)
        filled = check(session, version, at) if check else None
        if filled is not None:
            found[item.code] = filled
    return found


def _failed_checks(session: Session, version: ModelVersion, at: datetime) -> Filled | None:
    """Met where each required check that failed or lacked evidence has its finding closed, or is under an exception."""
    run = latest_run(session, version)
    if run is None or not run_is_current(session, version, run):
        return None
    required = {key: check for key, check in newest_checks(session, version).items() if check.required}
    if not required:
        return None
    lost = {key for key, check in required.items() if check.verdict is not Verdict.PASS}
    passed = f"{len(required) - len(lost)} of {len(required)} required checks passed"
    settled = _settled(session, version, at)
    left = sorted(lost - settled)
    if left:
        titles = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        return Filled(Answer.NOT_MET, f"{passed}; with an open finding: {titles}", run.number)
    says = f"{passed}; the rest closed or under an exception" if lost else passed
    return Filled(Answer.MET, says, run.number)


def _settled(session: Session, version: ModelVersion, at: datetime) -> set[str]:
    """The checks whose findings are all verified closed, or lifted."""
    lifted = lifted_findings(session, version, at=at)
    rows = session.exec(select(Finding).where(Finding.version_id == version.id)).all()
    pending = {
        row.check_key for row in rows if row.status is not FindingStatus.VERIFIED_CLOSED and row.number not in lifted
    }
    return {row.check_key for row in rows if row.check_key} - pending


def _open_findings(session: Session, version: ModelVersion, at: datetime) -> Filled:
    blocking = blocking_findings(session, version, at=at)
    if blocking:
        return Filled(Answer.NOT_MET, f"High or critical and not verified closed: {', '.join(blocking)}", blocking[0])
    count = len(session.exec(select(Finding.id).where(Finding.version_id == version.id)).all())
    return Filled(Answer.MET, f"None of {count} findings stops the version" if count else "No finding was raised", "")


def _challenge(session: Session, version: ModelVersion, _at: datetime) -> Filled:
    questions = session.exec(select(Question).where(Question.version_id == version.id)).all()
    unanswered = [row.number for row in questions if row.answered_at is None]
    if unanswered:
        return Filled(Answer.NOT_MET, f"Without an answer: {', '.join(unanswered)}", unanswered[0])
    conclusion = latest_conclusion(session, version)
    if conclusion is None or conclusion.evidence_digest != version.evidence_digest:
        return Filled(Answer.NOT_MET, "The validation was not concluded on this evidence", "")
    return Filled(Answer.MET, f"{len(questions)} questions answered; concluded as {conclusion.outcome}", "")


Check = Callable[[Session, ModelVersion, datetime], Filled | None]
CHECKS: Mapping[str, Check] = {
    ItemCheck.FAILED_CHECKS: _failed_checks,
    ItemCheck.OPEN_FINDINGS: _open_findings,
    ItemCheck.CHALLENGE: _challenge,
}
