"""The validation of a dossier: runs with verdicts, fairness tables, findings, questions and conclusions."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.approval.queries.evidence import excepted
from core.metrics.fairness import Comparison, FairnessResult, GroupResult, Rate
from core.metrics.verdicts import Verdict
from core.policy.exceptions import Standing
from core.policy.rules import CheckKind, Direction
from core.policy.service import policy_by_id
from core.reports.assembling.record import titles_of
from core.reports.values import (
    ChallengeRecord,
    ConclusionRecord,
    Estimate,
    FairnessTable,
    FindingRecord,
    GroupRow,
    RunRecord,
    Unavailable,
    VerdictRow,
)
from core.validation.queries import VersionEvidence, checks_of
from core.validation.redacted import redacted_inputs, redaction_in_words, removed_in_words
from core.validation.results import from_json
from core.validation.small_cells import shown
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run
from core.validation.uploads import ColumnMapping


def run_records(
    session: Session, held: VersionEvidence, standing: Sequence[Standing], at: datetime
) -> tuple[RunRecord, ...]:
    """Every run, newest first; the current one is the newest that finished on evidence that was not replaced.

    `standing` are the policy exceptions that stood at `at`; they are shown with the verdicts that they cover.
    """
    evidence = {row.id: row for row in held.evidence}
    latest = held.latest_run
    return tuple(_run(session, run, evidence[run.evidence_id], latest, standing, at) for run in held.runs)


def _run(
    session: Session,
    run: Run,
    evidence: Evidence,
    latest: Run | None,
    standing: Sequence[Standing],
    at: datetime,
) -> RunRecord:
    published = policy_by_id(session, run.policy_version_id)
    titles = titles_of(published.policy)
    checks = checks_of(session, run.id or 0)
    return RunRecord(
        number=run.number,
        status=run.status,
        evidence=evidence.number,
        filename=evidence.filename,
        rows=evidence.rows,
        file_digest=evidence.file_digest,
        table_digest=evidence.table_digest,
        policy=f"{published.name} {published.version}",
        result_digest=run.result_digest,
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        current=run is latest and evidence.replaced_at is None,
        redacted=redaction_in_words(redacted_inputs(session, run)),
        removed=removed_in_words(session, run),
        verdicts=tuple(
            _verdict(check, titles, evidence.table_digest, excepted(check, standing, at)) for check in checks
        ),
    )


def _verdict(check: CheckResult, titles: dict[str, str], digest: str, exception: str) -> VerdictRow:
    return VerdictRow(
        kind=CheckKind(check.kind),
        metric=check.metric,
        title=titles.get(check.metric, check.metric),
        subject=check.subject,
        value=check.value,
        low=check.low,
        high=check.high,
        threshold=check.threshold,
        direction=Direction(check.direction) if check.direction else None,
        required=check.required,
        clause=check.clause,
        verdict=Verdict(check.verdict),
        reason=check.reason,
        evidence_digest=digest,
        exception=exception,
    )


def latest_fairness(session: Session, held: VersionEvidence) -> tuple[FairnessTable, ...]:
    """The fairness tables of the newest finished run."""
    run = held.latest_run
    evidence = next((row for row in held.evidence if run and row.id == run.evidence_id), None)
    return fairness_tables(session, run, evidence) if run and evidence else ()


def fairness_tables(session: Session, run: Run, evidence: Evidence) -> tuple[FairnessTable, ...]:
    """One table an attribute, and one for all of them crossed, as this run computed them."""
    result = from_json(run.result) if run.result else None
    fairness = result.fairness if result else None
    if result is None or fairness is None or fairness.task == "regression":  # numbers have no impact ratio
        return ()
    clause = next(
        (one for one in checks_of(session, run.id or 0) if one.metric == "impact_ratio" and one.threshold is not None),
        None,
    )
    if clause is None or clause.threshold is None:  # the policy judges groups of this model by other figures
        return ()
    words = ColumnMapping.from_json(evidence.mapping).favourable_words or f"given “{fairness.favourable}”"
    seen = shown(result, policy_by_id(session, run.policy_version_id).policy.smallest_cell).fairness or fairness
    return tuple(
        _table(seen, comparison, whole, clause.threshold, clause.clause, words)
        for whole, comparison in zip(fairness.comparisons, seen.comparisons, strict=True)
    )


def _table(
    fairness: FairnessResult, comparison: Comparison, whole: Comparison, threshold: float, clause: str, words: str
) -> FairnessTable:
    """The table of the groups that are shown, judged as all of them were."""
    judgement = whole.judge("impact_ratio", threshold, Direction.AT_LEAST.value)
    reference = comparison.reference
    crossed = len(comparison.attributes) > 1
    notes = ("p-values are adjusted for the number of groups (Holm).",) if crossed else ()
    if len(comparison.groups) < len(whole.groups):
        notes = (*notes, *fairness.notes[-1:])  # which says how many are withheld, and why
    return FairnessTable(
        attribute=comparison.name,
        favourable=words,
        positive=fairness.positive,
        reference=" × ".join(reference) if isinstance(reference, tuple) else reference or "none",
        ties=tuple(" × ".join(tie) for tie in comparison.ties),
        unknown=sum(fairness.unknown.get(attribute, 0) for attribute in comparison.attributes),
        threshold=threshold,
        clause=clause,
        minimum_group=comparison.minimum_group,
        verdict=Verdict(judgement.verdict),
        reason=judgement.reason,
        groups=tuple(_group(group, crossed=crossed) for group in sorted(comparison.groups, key=_worst_first)),
        notes=notes,
    )


def _worst_first(group: GroupResult) -> tuple[bool, float, str]:
    """Judged groups by their ratio, lowest first; then the small ones."""
    ratio = 2.0 if group.impact_ratio is None else group.impact_ratio
    return (not group.judged, ratio, group.name)


def _group(group: GroupResult, *, crossed: bool) -> GroupRow:
    interval = group.impact_ratio_interval
    return GroupRow(
        group=group.name,
        n=group.n,
        selected=group.selected,
        selection_rate=_estimate(group.selection_rate),
        impact_ratio=Estimate(
            group.impact_ratio, interval.low if interval else None, interval.high if interval else None
        ),
        true_positive_rate=_estimate(group.true_positive_rate),
        false_positive_rate=_estimate(group.false_positive_rate),
        false_negative_rate=_estimate(group.false_negative_rate),
        accuracy=_estimate(group.accuracy),
        p_value=group.holm_p_value if crossed else group.p_value,
        test=str(group.test or ""),
        small_sample=group.small_sample,
        judged=group.judged,
        reference=group.is_reference,
        unavailable=tuple(Unavailable(metric, reason) for metric, reason in sorted(group.unavailable.items())),
    )


def _estimate(rate: Rate | None) -> Estimate:
    if rate is None or rate.value is None:
        return Estimate(None)
    return Estimate(
        rate.value, rate.interval.low if rate.interval else None, rate.interval.high if rate.interval else None
    )


def finding_record(row: Finding) -> FindingRecord:
    """A finding as it stands."""
    return FindingRecord(
        number=row.number,
        title=row.title,
        detail=row.detail,
        severity=row.severity,
        status=row.status,
        owner=row.owner,
        raised_by=row.raised_by,
        raised_at=row.raised_at,
        due_at=row.due_at,
        remediation=row.remediation,
        remediated_by=row.remediated_by,
        remediated_at=row.remediated_at,
        closing_note=row.closing_note,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )


def challenge_record(row: Question) -> ChallengeRecord:
    """A question and its answer."""
    return ChallengeRecord(
        row.number, row.text, row.asked_by, row.asked_at, row.answer, row.answered_by, row.answered_at
    )


def conclusion_record(row: Conclusion) -> ConclusionRecord:
    """How the validation was concluded."""
    return ConclusionRecord(row.outcome, row.summary, row.evidence_digest, row.concluded_by, row.concluded_at)
