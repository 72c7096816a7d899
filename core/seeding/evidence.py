"""Evidence, runs with their checks, findings and questions of the generated versions."""

from collections.abc import Iterator, Sequence

from core.access.rules import Role
from core.inventory.rules import Stage
from core.metrics.verdicts import Verdict
from core.seeding import vocabulary as words
from core.seeding.bulk import Bulk, Value
from core.seeding.organisation import DAY, AVersion, Organisation
from core.store.numbers import NumberSeries
from core.validation.rules import EvidenceKind, FindingStatus, Outcome, RunStatus, Severity
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run

CONCLUDED = frozenset(Stage) - {Stage.DRAFT, Stage.IN_VALIDATION}
WITH_FINDING, WITH_QUESTION = 0.3, 0.3  # of the versions
Rows = Iterator[tuple[Value, ...]]


def write_evidence(bulk: Bulk, made: Organisation) -> None:
    """Every version but drafts has one file and one finished run; a third has findings and questions."""
    held = [version for version in made.stored if version.stage is not Stage.DRAFT]
    bulk.add(
        Evidence,
        (
            "id", "number", "version_id", "kind", "filename", "file_digest", "table_digest", "size", "rows", "mapping",
            "scan", "uploaded_by", "uploaded_at",
        ),
        _files(made, held),
    )  # fmt: skip
    bulk.add(
        Run,
        (
            "id", "number", "version_id", "evidence_id", "policy_version_id", "status", "result_digest",
            "requested_by", "requested_at", "finished_at",
        ),
        _runs(made, held),
    )  # fmt: skip
    bulk.add(
        CheckResult,
        (
            "id", "run_id", "position", "kind", "metric", "subject", "value", "low", "high", "threshold", "direction",
            "required", "verdict", "clause",
        ),
        _checks(made, len(held)),
    )  # fmt: skip
    concluded = [version for version in held if version.stage in CONCLUDED]
    bulk.add(
        Conclusion,
        ("id", "version_id", "run_id", "outcome", "summary", "evidence_digest", "concluded_by", "concluded_at"),
        _conclusions(made, concluded, {version.id: at for at, version in enumerate(held, start=1)}),
    )
    findings, questions = list(_findings(made, held)), list(_questions(made, held))
    bulk.add(
        Finding,
        (
            "id", "number", "version_id", "title", "detail", "severity", "status", "owner", "raised_by", "raised_at",
            "due_at",
        ),
        findings,
    )  # fmt: skip
    bulk.add(
        Question,
        ("id", "number", "version_id", "text", "asked_by", "asked_at", "answer", "answered_by", "answered_at"),
        questions,
    )
    for kind in (Evidence, Run, CheckResult, Conclusion, Finding, Question):
        bulk.number_on(kind)
    counts = {"E": len(held), "R": len(held), "F": len(findings), "Q": len(questions)}
    bulk.add(NumberSeries, ("prefix", "last"), list(counts.items()))


def _files(made: Organisation, held: Sequence[AVersion]) -> Rows:
    for key, version in enumerate(held, start=1):
        digest = made.digest()
        kind = EvidenceKind.PREDICTIONS.value
        yield (
            key, f"E{key:04d}", version.id, kind, "predictions.parquet", digest, digest, 1_000_000, 50_000, "{}", "{}",
            version.developer, version.at,
        )  # fmt: skip


def _runs(made: Organisation, held: Sequence[AVersion]) -> Rows:
    for key, version in enumerate(held, start=1):
        yield (
            key, f"R{key:04d}", version.id, key, 1, RunStatus.FINISHED.value, made.digest(), version.developer,
            version.at, version.at + 60_000_000,
        )  # fmt: skip


def _checks(made: Organisation, runs: int) -> Rows:
    key = 0
    for run in range(1, runs + 1):
        for place, (kind, metric, subject, usual, threshold, direction, clause) in enumerate(words.CHECKS, start=1):
            key += 1
            value = usual * made.random.uniform(0.85, 1.15)
            met = value >= threshold if direction == "at least" else value <= threshold
            verdict = Verdict.PASS if met else Verdict.FAIL
            yield (
                key, run, place, kind, metric, subject, value, value * 0.98, value * 1.02, threshold, direction,
                kind != "quality", verdict.value, clause,
            )  # fmt: skip


def _conclusions(made: Organisation, concluded: Sequence[AVersion], run_of: dict[int, int]) -> Rows:
    for key, version in enumerate(concluded, start=1):
        outcome = Outcome.NOT_VALIDATED if version.stage is Stage.NOT_VALIDATED else Outcome.VALIDATED
        yield (
            key, version.id, run_of[version.id], outcome.value, "Read in full and convincing.", version.digest,
            made.person(Role.VALIDATOR), version.at + 2 * DAY,
        )  # fmt: skip


def _findings(made: Organisation, held: Sequence[AVersion]) -> Rows:
    draw, key = made.random, 0
    for version in held:
        if draw.random() > WITH_FINDING:
            continue
        key += 1
        closed = version.stage is Stage.SUPERSEDED or draw.random() < 0.5
        pending = draw.choice((FindingStatus.OPEN, FindingStatus.REMEDIATED))
        yield (
            key, f"F{key:04d}", version.id, draw.choice(words.FINDINGS), "Seen in the newest validation.",
            draw.choice(tuple(Severity)).value, (FindingStatus.VERIFIED_CLOSED if closed else pending).value,
            version.developer, made.person(Role.VALIDATOR), version.at + DAY,
            version.at + DAY * 60 if closed else made.until + draw.randint(-30, 60) * DAY,
        )  # fmt: skip


def _questions(made: Organisation, held: Sequence[AVersion]) -> Rows:
    draw, key = made.random, 0
    for version in held:
        if draw.random() > WITH_QUESTION:
            continue
        key += 1
        answered = version.stage in CONCLUDED
        yield (
            key, f"Q{key:04d}", version.id, "Why were closed accounts left out?", made.person(Role.VALIDATOR),
            version.at + DAY, "They carry no outcome." if answered else "",
            version.developer if answered else None, version.at + 2 * DAY if answered else None,
        )  # fmt: skip
