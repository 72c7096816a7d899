"""What it says as values, and how they are read from the record."""

from core.audits.queries import FindingOf, ItemTests, WholeAudit, key_of
from core.audits.tables import (
    AuditSample,
)
from core.reports.values.audit import AuditReport, CriterionLine, FindingLine, SampleLine, TestLine
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked


def named(whole: WholeAudit) -> set[str]:
    audit = whole.audit
    found = {audit.lead, audit.planned_by, audit.ended_by, *whole.team, *(one.drawn_by for one in whole.samples)}
    found |= {test.tested_by for item in whole.items for test in item.tests.values()}
    for one in whole.findings:
        row = one.finding
        found |= {row.owner, row.raised_by, row.responded_by, row.done_by, row.verified_by}
    return {one for one in found if one}


def read_data(whole: WholeAudit, asked: Asked, people: tuple[PersonLine, ...]) -> AuditReport:
    row = whole.audit
    criteria = tuple(
        CriterionLine(key_of(one), one.pack_version, one.title, one.text, one.clause) for one in whole.criteria
    )
    return AuditReport(
        row.number, asked.as_of, row.kind, row.status, row.title, row.objective, whole.scope.words, row.period_from,
        row.period_to, row.starts_at, row.ends_at, row.lead, whole.team, row.conducted_by, row.reference,
        row.planned_by, row.planned_at, row.begun_at, row.issued_at, row.ended_by, row.ended_at, row.conclusion,
        whole.undone, criteria, tuple(_sample(one, whole.items) for one in whole.samples),
        tuple(line for item in whole.items for line in _tests(item, whole)),
        tuple(_finding(one) for one in whole.findings), people,
    )  # fmt: skip


def _sample(one: AuditSample, items: tuple[ItemTests, ...]) -> SampleLine:
    own = tuple((part.item.key, part.item.tier, part.item.model) for part in items if part.sample == one.ordinal)
    return SampleLine(
        one.ordinal, one.query, one.population_size, one.population_digest, one.method.value, one.seed,
        one.seed_source, one.reason, one.drawn_by, one.drawn_at, own,
    )  # fmt: skip


def _tests(item: ItemTests, whole: WholeAudit) -> tuple[TestLine, ...]:
    """In the order of the criteria."""
    return tuple(
        TestLine(item.item.key, key, one.result, one.notes, one.reason, one.evidence, one.tested_by, one.tested_at)
        for key in map(key_of, whole.criteria)
        if (one := item.tests.get(key))
    )


def _finding(one: FindingOf) -> FindingLine:
    row = one.finding
    return FindingLine(
        row.number, one.item, one.criterion, row.grade.value, row.title, row.condition, row.criterion, row.cause,
        row.effect, row.recommendation, row.reference, row.status, row.owner, row.raised_by, row.raised_at,
        row.respond_by, row.response, row.response_text, row.responded_by, row.responded_at, row.due_at, row.done,
        row.done_by, row.done_at, row.sent_back, row.verification, row.verified_by, row.verified_at,
    )  # fmt: skip
