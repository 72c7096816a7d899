"""Reads audits, for other systems and for whoever draws a sample again."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.answers.audits import (
    AuditFindingView,
    AuditLine,
    AuditList,
    AuditView,
    CriterionView,
    SampleView,
    TestView,
)
from app.api.caller import Reader
from core.audits import queries
from core.audits.rules.life import AuditKind, AuditStatus

router = APIRouter(prefix="/audits", tags=["Audits"])


@router.get("", operation_id="list_audits")
def listed(
    reader: Reader,
    text: Annotated[str, Query(max_length=200, description="In title, number or reference")] = "",
    kind: AuditKind | None = None,
    status: AuditStatus | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> AuditList:
    """Audits, those under way first. Scope: `record:read`."""
    narrowed = queries.AuditFilter(text=text, kind=kind, status=status, year=year)
    with reader.place.store.reading() as session:
        found = queries.audits(session, narrowed, limit=limit, offset=offset)
    return AuditList(audits=[_line(row) for row in found.rows], total=found.total, limit=limit, offset=offset)


@router.get("/{audit}", operation_id="read_audit")
def one(audit: str, reader: Reader) -> AuditView:
    """An audit whole: plan, samples with seed and population, fieldwork, findings. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        whole = queries.whole_audit(session, audit)
    row = whole.audit
    line = _line(
        queries.AuditRow(
            row, whole.scope, len(whole.findings), len(whole.pending), sum(whole.results.values()),
            len(whole.items) * len(whole.criteria),
        )
    )  # fmt: skip
    return AuditView(
        **line.model_dump(),
        objective=row.objective,
        period_from=row.period_from,
        period_to=row.period_to,
        auditors=list(whole.team),
        criteria=[
            CriterionView(pack=it.pack, item=it.item, pack_version=it.pack_version, title=it.title, text=it.text,
                          clause=it.clause)
            for it in whole.criteria
        ],
        samples=_samples(whole),
        fieldwork=[
            TestView(item=it.item.key, criterion=key, result=test.result, notes=test.notes, reason=test.reason,
                     evidence=test.evidence, tested_by=test.tested_by, tested_at=test.tested_at)
            for it in whole.items
            for key, test in it.tests.items()
        ],
        found=[_finding(it) for it in whole.findings],
        conclusion=row.conclusion,
        closed_at=row.ended_at,
    )  # fmt: skip


def _line(row: queries.AuditRow) -> AuditLine:
    audit = row.audit
    return AuditLine(
        audit=audit.number,
        title=audit.title,
        kind=audit.kind,
        status=audit.status,
        scope=row.scope.words,
        lead=audit.lead,
        conducted_by=audit.conducted_by,
        reference=audit.reference,
        starts_at=audit.starts_at,
        ends_at=audit.ends_at,
        tests=row.tests,
        to_test=row.to_test,
        findings=row.findings,
        pending=row.pending,
    )


def _samples(whole: queries.WholeAudit) -> list[SampleView]:
    return [
        SampleView(
            sample=it.ordinal,
            population=it.population,
            query=it.query,
            population_size=it.population_size,
            population_digest=it.population_digest,
            members=it.members,
            method=it.method,
            seed=it.seed,
            seed_source=it.seed_source,
            size=it.size,
            reason=it.reason,
            drawn_by=it.drawn_by,
            drawn_at=it.drawn_at,
            items=[item.item.key for item in whole.items if item.sample == it.ordinal],
        )
        for it in whole.samples
    ]


def _finding(it: queries.FindingOf) -> AuditFindingView:
    row = it.finding
    return AuditFindingView(
        finding=row.number,
        grade=row.grade,
        title=row.title,
        condition=row.condition,
        criterion=row.criterion,
        cause=row.cause,
        effect=row.effect,
        recommendation=row.recommendation,
        reference=row.reference,
        item=it.item,
        by_criterion=it.criterion,
        owner=row.owner,
        status=row.status,
        raised_by=row.raised_by,
        raised_at=row.raised_at,
        respond_by=row.respond_by,
        response=row.response,
        response_text=row.response_text,
        due_at=row.due_at,
        done=row.done,
        done_at=row.done_at,
        verification=row.verification,
        verified_by=row.verified_by,
        verified_at=row.verified_at,
    )
