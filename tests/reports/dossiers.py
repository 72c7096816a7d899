"""A dossier with real figures: COMPAS by race, counted from the file that ships with the example workspace."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from core.approval.rules import Answer, ChangeStatus, Choice
from core.inventory.rules import Exposure, Line, Purpose, Stage
from core.metrics.cells import Cell, Cells
from core.metrics.fairness import GroupResult, Rate, assess
from core.metrics.intervals import Interval
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Direction
from core.reports import values as v
from core.reports.layout.document import dossier_document
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.validation.rules import FindingStatus, Outcome, RunStatus, Severity

FILE = Path(__file__).parents[2] / "app/example/data/compas_for_aequitas.csv"
AT = datetime(2026, 11, 23, 9, 38, tzinfo=UTC)
DIGEST = "9f2c41d7" + "0a" * 28
POLICY = "Model governance 2026.1"


@cache
def compas_cells() -> Cells:
    """The counts by race; flagged is the positive label, so the favourable outcome is 0."""
    with FILE.open() as source:
        found = Counter((row["label_value"], row["score"], row["race"]) for row in csv.DictReader(source))
    cells = tuple(
        Cell(truth == "1", score in ("1", "1.0"), (race,), count) for (truth, score, race), count in found.items()
    )
    return Cells(("race",), cells, "1", "0", unknown={"race": 0})


@cache
def fairness_table() -> v.FairnessTable:
    """Race, as the library assesses it."""
    comparison = assess(
        compas_cells(), favourable="0", reference={"race": "Caucasian"}, minimum_group=100, repetitions=50
    ).comparison("race")
    judgement = comparison.judge("impact_ratio", 0.8, "at least")
    return v.FairnessTable(
        attribute="race",
        favourable="cleared",
        positive="1",
        reference="Caucasian",
        ties=(),
        unknown=0,
        threshold=0.8,
        clause="4.2",
        minimum_group=100,
        verdict=judgement.verdict,
        reason=judgement.reason,
        groups=tuple(_group(group) for group in comparison.groups),
    )


def _group(group: GroupResult) -> v.GroupRow:
    return v.GroupRow(
        group=group.name,
        n=group.n,
        selected=group.selected,
        selection_rate=_rate(group.selection_rate),
        impact_ratio=_estimate(group.impact_ratio, group.impact_ratio_interval),
        true_positive_rate=_rate(group.true_positive_rate),
        false_positive_rate=_rate(group.false_positive_rate),
        false_negative_rate=_rate(group.false_negative_rate),
        accuracy=_rate(group.accuracy),
        p_value=group.p_value,
        test=str(group.test) if group.test else "",
        small_sample=group.small_sample,
        judged=group.judged,
        reference=group.is_reference,
        unavailable=tuple(v.Unavailable(metric, reason) for metric, reason in sorted(group.unavailable.items())),
    )


def _rate(rate: Rate | None) -> v.Estimate:
    return v.Estimate(None) if rate is None else _estimate(rate.value, rate.interval)


def _estimate(value: float | None, interval: Interval | None) -> v.Estimate:
    return v.Estimate(value, interval.low if interval else None, interval.high if interval else None)


def a_verdict(
    title: str,
    kind: CheckKind,
    value: float | None,
    threshold: float,
    direction: Direction,
    verdict: Verdict,
    *,
    clause: str,
    subject: str = "",
    required: bool = True,
    interval: tuple[float, float] | None = None,
    reason: str = "",
) -> v.VerdictRow:
    low, high = interval or (None, None)
    metric = title.lower().replace(" ", "_")
    return v.VerdictRow(
        kind, metric, title, subject, value, low, high, threshold, direction, required, clause, verdict, reason, DIGEST
    )


def verdicts() -> tuple[v.VerdictRow, ...]:
    quality, performance, fair = CheckKind.QUALITY, CheckKind.PERFORMANCE, CheckKind.FAIRNESS
    least, most = Direction.AT_LEAST, Direction.AT_MOST
    ok, fail = Verdict.PASS, Verdict.FAIL
    return (
        a_verdict(
            "Missing values, worst column", quality, 0.0, 0.05, most, ok, clause="2.1", reason="0.000 is not above 0.05"
        ),
        a_verdict(
            "Rows that repeat another row in full",
            quality,
            0.0,
            0.01,
            most,
            ok,
            clause="2.2",
            reason="0.000 is not above 0.01",
        ),
        a_verdict(
            "Columns with one value only",
            quality,
            0.0,
            0.0,
            most,
            ok,
            clause="2.3",
            required=False,
            reason="0.000 is not above 0",
        ),
        a_verdict(
            "Share of the rarer label",
            quality,
            0.4506514,
            0.02,
            least,
            ok,
            clause="2.4",
            reason="0.451 is not below 0.02",
        ),
        a_verdict(
            "Balanced accuracy",
            performance,
            0.6533,
            0.60,
            least,
            ok,
            clause="3.1",
            interval=(0.6421, 0.6643),
            reason="0.653 is not below 0.6",
        ),
        a_verdict(
            "Precision",
            performance,
            0.6125,
            0.50,
            least,
            ok,
            clause="3.2",
            required=False,
            interval=(0.5958, 0.6290),
            reason="0.613 is not below 0.5",
        ),
        a_verdict(
            "Area under the ROC curve",
            performance,
            None,
            0.68,
            least,
            Verdict.INSUFFICIENT,
            clause="3.4",
            required=False,
            reason="No score was handed in",
        ),
        a_verdict(
            "Impact ratio, lowest judged group",
            fair,
            0.6316,
            0.80,
            least,
            fail,
            clause="4.2",
            subject="race: African-American",
            interval=(0.6036, 0.6609),
            reason="0.632 is below 0.8 (African-American against Caucasian)",
        ),
        a_verdict(
            "Gap in false positive rate between groups",
            fair,
            0.3009,
            0.20,
            most,
            fail,
            clause="4.4",
            subject="race",
            required=False,
            interval=(0.2581, 0.3402),
            reason="0.301 is above 0.2",
        ),
    )


def a_run(**changes: object) -> v.RunRecord:
    run = v.RunRecord(
        number="R0007",
        status=RunStatus.FINISHED,
        evidence="E0009",
        filename="compas_for_aequitas.csv",
        rows=7214,
        file_digest="5f" * 32,
        table_digest="6e" * 32,
        policy=POLICY,
        result_digest="7d" * 32,
        requested_by="P0003",
        requested_at=AT - timedelta(days=5),
        finished_at=AT - timedelta(days=5) + timedelta(minutes=1),
        current=True,
        verdicts=verdicts(),
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def a_finding() -> v.FindingRecord:
    return v.FindingRecord(
        number="F0004",
        title="African-American defendants are cleared 0.63 times as often as Caucasian ones",
        detail="The impact ratio lies below its threshold (clause 4.2). The gap is not explained by base rates alone: "
        "at equal outcome, the false positive rate is 44.8 % against 23.5 %.",
        severity=Severity.HIGH,
        status=FindingStatus.REMEDIATED,
        owner="P0003",
        raised_by="P0005",
        raised_at=AT - timedelta(days=4),
        due_at=AT + timedelta(days=16),
        remediation="Decile threshold raised from 5 to 7 for the release decision; figures follow in the next version.",
        remediated_by="P0003",
        remediated_at=AT - timedelta(days=2),
        closing_note="",
        closed_by=None,
        closed_at=None,
    )


def a_decision() -> v.DecisionRecord:
    items = (
        ("intended-use", "Intended use matches the request", "5.1", True, Answer.MET, ""),
        ("failed-checks", "Failed checks have a finding and an owner", "5.2", True, Answer.MET, ""),
        (
            "limitations",
            "Limitations are stated and acceptable",
            "5.3",
            True,
            Answer.NOT_MET,
            "Small groups are not named.",
        ),
        ("fallback", "There is a way back", "5.4", True, Answer.NOT_APPLICABLE, "First version of this model."),
        ("sr-26-2:MRM-10", "Validation is independent of development", "SR 26-2, V.A", True, None, ""),
    )
    return v.DecisionRecord(
        number="CR0002",
        status=ChangeStatus.IN_REVIEW,
        rationale="Replace the manual pre-screening of low-risk cases.",
        quorum=2,
        requested_by="P0003",
        requested_at=AT - timedelta(days=2),
        due_at=AT + timedelta(days=8),
        approved_digest=None,
        decided_at=None,
        executed_by=None,
        executed_at=None,
        replaced=None,
        checklist=tuple(
            v.ItemRecord(
                code=code,
                title=title,
                clause=clause,
                required=required,
                answer=answer,
                reason=reason,
                author="P0006" if answer else None,
                answered_at=AT - timedelta(days=1) if answer else None,
                frozen_at=AT - timedelta(hours=20) if answer else None,
            )
            for code, title, clause, required, answer, reason in items
        ),
        votes=(
            v.VoteRecord(
                "P0007",
                "approver",
                Choice.APPROVE,
                "Performance is stable.",
                "1b" * 32,
                AT - timedelta(days=2),
                False,
                AT - timedelta(days=1),
            ),
            v.VoteRecord(
                "P0006",
                "approver",
                Choice.REJECT,
                "The impact ratio is far below policy, and limitations do not name the groups.",
                DIGEST,
                AT - timedelta(hours=20),
                True,
                None,
            ),
        ),
        conditions=(v.ConditionRecord("Retrain with a balanced sample.", "P0003", AT + timedelta(days=90), "P0007"),),
    )


def history(size: int = 14) -> tuple[v.HistoryLine, ...]:
    actions = (
        "version.registered",
        "evidence.uploaded",
        "run.started",
        "run.finished",
        "question.asked",
        "question.answered",
    )
    return tuple(
        v.HistoryLine(
            index=20 + index,
            at=AT - timedelta(hours=size - index),
            actor="P0003" if index % 2 else "P0005",
            role="developer" if index % 2 else "validator",
            action=actions[index % len(actions)],
            entity="version M0001 1.1.0",
            detail="E0009, 7,214 rows, digest 9f2c41d7",
            leaf=f"{index:02x}" * 32,
        )
        for index in range(size)
    )


def a_dossier(**changes: object) -> v.Dossier:
    """A whole dossier; keyword arguments replace its parts."""
    dossier = v.Dossier(
        reference="X0001",
        scope="Version 1.1.0 of M0001: record, evidence, decision and history",
        as_of=AT,
        generated_at=AT,
        generated_by="P0008",
        origin="countersign.test",
        model=v.ModelRecord(
            number="M0001",
            name="Pretrial risk score",
            purpose="Ranks defendants by the chance of a new arrest within two years, to support the release decision.",
            business_line="Pretrial services",
            users="Release officers and judges",
            vendor="",
            owner="P0002",
            developer="P0003",
            exposure=Exposure.HIGH,
            purpose_class=Purpose.RIGHTS,
            tier=1,
            packs=(
                v.PackLine("sr-26-2", "SR 26-2 Model risk management"),
                v.PackLine("eu-ai-act", "EU AI Act, high risk"),
            ),
            next_review=AT + timedelta(days=180),
            registered_by="P0003",
            registered_at=AT - timedelta(days=60),
        ),
        version=v.VersionRecord(
            version="1.1.0",
            line=Line.STABLE,
            stage=Stage.IN_APPROVAL,
            intended_use="Support for a person's decision on release before trial; never the only ground.",
            limitations="Not shown to work for groups of fewer than 100 people, nor outside Broward County.",
            rationale="Adds 2014 data and drops the postcode, which stood for race.",
            code_reference="git: 4f0c1d2",
            artefact_digest="ab" * 32,
            evidence_digest=DIGEST,
            created_by="P0003",
            created_at=AT - timedelta(days=8),
        ),
        datasets=(
            v.DatasetRecord(
                v.DatasetUse.TRAINING,
                "D0001",
                "arrests-train",
                "2014.1",
                "Broward County Clerk",
                "MIT",
                "personal, pseudonymised",
                "cd" * 32,
                10994,
            ),
            v.DatasetRecord(
                v.DatasetUse.TEST,
                "D0002",
                "arrests-test",
                "2014.1",
                "compas_for_aequitas.csv",
                "MIT",
                "personal, pseudonymised",
                "ef" * 32,
                7214,
            ),
        ),
        changed=v.WhatChanged(
            "1.0.0",
            (v.ChangedText("Limitations", "None known.", "Not shown to work for groups of fewer than 100 people."),),
            (
                v.ChangedFigure(
                    "Balanced accuracy", "balanced_accuracy", "", 0.648, 0.6533, 0.6, Direction.AT_LEAST, Verdict.PASS
                ),
                v.ChangedFigure(
                    "Impact ratio, lowest judged group",
                    "impact_ratio",
                    "race",
                    0.611,
                    0.6316,
                    0.8,
                    Direction.AT_LEAST,
                    Verdict.FAIL,
                ),
            ),
        ),
        policy=v.PolicyRecord(
            "Model governance", "2026.1", "3c" * 32, "P0001", AT - timedelta(days=90), AT - timedelta(days=90)
        ),
        runs=(a_run(), a_run(number="R0004", current=False, result_digest="8c" * 32)),
        fairness=(fairness_table(),),
        findings=(a_finding(),),
        challenge=(
            v.ChallengeRecord(
                "Q0001",
                "Why does dropping the postcode not move the impact ratio more?",
                "P0005",
                AT - timedelta(days=4),
                "Prior arrests carry most of the signal and correlate with it; see the attribution table.",
                "P0003",
                AT - timedelta(days=3),
            ),
            v.ChallengeRecord(
                "Q0002", "Which base rate holds in 2016?", "P0005", AT - timedelta(days=3), "", None, None
            ),
        ),
        conclusions=(
            v.ConclusionRecord(
                Outcome.VALIDATED,
                "Sound for its intended use within its stated limitations; finding F0004 stands.",
                DIGEST,
                "P0005",
                AT - timedelta(days=2),
            ),
        ),
        decisions=(a_decision(),),
        history=history(),
        people=(
            v.PersonLine("P0002", "Model owner", ("owner",)),
            v.PersonLine("P0003", "Developer", ("developer",)),
            v.PersonLine("P0005", "Validator", ("validator",)),
            v.PersonLine("P0006", "First approver", ("approver",)),
            v.PersonLine("P0007", "Second approver", ("approver",)),
            v.PersonLine("P0008", "Auditor", ("auditor",)),
        ),
        checkpoint=v.CheckpointRecord(
            "countersign.test/ledger",
            34,
            "aa" * 32,
            "countersign.test/ledger\n34\n" + "q" * 42 + "o=\n\n— countersign.test/ledger AAAA\n",
            "countersign.test/ledger+00000000+AQ==",
        ),
        attachments=(
            v.Attachment(
                "R0007-result.json", "application/json", "Result of run R0007 in full precision", b'{"rows": 7214}\n'
            ),
        ),
    )
    return replace(dossier, **changes)  # type: ignore[arg-type]


def a_report(dossier: v.Dossier | None = None, **changes: object) -> Report:
    """The dossier as a report; keyword arguments replace its parts."""
    held = dossier or a_dossier()
    report = Report(
        reference=held.reference,
        asked=Asked("dossier", Subject(SubjectKind.VERSION, held.model.number, held.version.version), held.as_of),
        template_version=held.template,
        generated_at=held.generated_at,
        generated_by=held.generated_by,
        origin=held.origin,
        document=dossier_document(held),
        data=held,
        checkpoint=held.checkpoint,
        entries=tuple(line.index for line in held.history),
        attachments=held.attachments,
    )
    return replace(report, **changes)  # type: ignore[arg-type]
