"""What an audit assessed: every conclusion by its criterion, or, of an audit conducted elsewhere, its findings."""

from core.audits.rules.life import FindingStatus, Result
from core.reports.formats.oscal.seen import Assessed, Observed, Risk
from core.reports.values.audit import AuditReport, FindingLine, TestLine

REASONS = {Result.CONFORMS: "pass", Result.NOT_APPLICABLE: "pass", Result.DOES_NOT: "fail"}


def audited(data: AuditReport, *, root: str) -> Assessed:
    """The audit as it stood; nothing is observed before the first conclusion or finding."""
    titles = {one.key: one.title for one in data.criteria}
    observed = [_concluded(data.number, one, titles) for one in data.tests]
    observed = observed or [_found(data.number, one, titles) for one in data.findings]
    return Assessed(root, tuple(observed), tuple(_risk(one) for one in data.findings))


def _concluded(audit: str, one: TestLine, titles: dict[str, str]) -> Observed:
    return Observed(
        key=f"{audit}/{one.item}/{one.criterion}",
        clause=one.criterion,
        title=f"{titles.get(one.criterion, one.criterion)}, {one.item}",
        said=". ".join(part.rstrip(".") for part in (one.result.value, one.notes, one.reason) if part),
        satisfied=REASONS[one.result] == "pass",
        reason=REASONS[one.result],
        method="EXAMINE",
        at=one.tested_at,
        evidence=(),
        props=(("item", one.item), ("result", one.result.value), ("shown-by", one.evidence)),
    )


def _found(audit: str, one: FindingLine, titles: dict[str, str]) -> Observed:
    settled = one.status is FindingStatus.VERIFIED
    return Observed(
        key=f"{audit}/{one.number}",
        clause=one.by or one.number,
        title=titles.get(one.by, one.title),
        said=f"{one.title}: {one.condition}",
        satisfied=settled,
        reason="pass" if settled else "fail",
        method="EXAMINE",
        at=one.raised_at,
        evidence=(),
        props=(("grade", one.grade), ("reference", one.reference)),
    )


def _risk(one: FindingLine) -> Risk:
    return Risk(
        one.number, one.title, one.condition, one.response_text or one.recommendation, one.grade, one.status.value,
        one.status is FindingStatus.VERIFIED, one.due_at or one.respond_by,
    )  # fmt: skip
