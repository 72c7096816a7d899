"""The evidence of a change in reading order, one line each, and its figures beside those in production."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.inventory.tables import ModelVersion
from core.metrics.verdicts import Verdict, shown, worst
from core.policy.exceptions import Standing, covers
from core.policy.rules import TITLES, CheckKind, Policy
from core.validation.queries import VersionEvidence
from core.validation.rules import BLOCKING, FindingStatus
from core.validation.tables import CheckResult

WORDS = {Verdict.PASS: "Passed", Verdict.FAIL: "Failed", Verdict.INSUFFICIENT: "Not enough evidence"}
ALWAYS = (CheckKind.QUALITY, CheckKind.PERFORMANCE, CheckKind.FAIRNESS)


@dataclass(frozen=True)
class EvidenceLine:
    """One kind of evidence: `key` for its address, what it says in one line, and the word of its verdict."""

    key: str
    title: str
    says: str
    word: str


@dataclass(frozen=True)
class Comparison:
    """One figure now and in the version in production; None where there is none.

    `exception` is the number of the policy exception that stands for a failed figure, empty where none does.
    """

    title: str
    metric: str
    subject: str
    before: float | None
    now: float | None
    low: float | None
    high: float | None
    threshold: float | None
    direction: str
    required: bool
    verdict: Verdict
    clause: str
    exception: str = ""

    @property
    def change(self) -> float | None:
        """Now minus before."""
        return None if self.now is None or self.before is None else self.now - self.before


def compared(
    policy: Policy,
    now: Sequence[CheckResult],
    before: Sequence[CheckResult],
    standing: Sequence[Standing] = (),
    at: datetime | None = None,
) -> tuple[Comparison, ...]:
    """Every figure of the newest finished run, in its order, with the former figure of the same metric and subject.

    `standing` are the exceptions that stand for the version at `at`.
    """
    titles = {threshold.metric: threshold.title for threshold in policy.thresholds}
    former = {(check.metric, check.subject): check.value for check in before}
    return tuple(
        Comparison(
            title=titles.get(check.metric, check.metric),
            metric=check.metric,
            subject=check.subject,
            before=former.get((check.metric, check.subject)),
            now=check.value,
            low=check.low,
            high=check.high,
            threshold=check.threshold,
            direction=check.direction,
            required=check.required,
            verdict=check.verdict,
            clause=check.clause,
            exception=excepted(check, standing, at),
        )
        for check in now
    )


def excepted(check: CheckResult, standing: Sequence[Standing], at: datetime | None) -> str:
    """The number of the exception that covers a failed required check, or nothing."""
    if check.verdict is not Verdict.FAIL or not check.required or at is None:
        return ""
    covering = (one.number for one in standing if covers(one, clause=check.clause, figure=check.value, at=at))
    return next(covering, "")


def in_reading_order(
    version: ModelVersion,
    held: VersionEvidence,
    comparison: Sequence[Comparison],
    lifted: Mapping[str, str] | None = None,
) -> tuple[EvidenceLine, ...]:
    """What changed, each family of checks, findings and effective challenge; families without a check are left out."""
    kind_of = {(check.metric, check.subject): check.kind for check in held.checks}
    by_kind = {kind: [row for row in comparison if kind_of[row.metric, row.subject] == kind] for kind in TITLES}
    return (
        EvidenceLine("record", "What changed and why", _one_line(version.rationale), "Met"),
        *(_checks_line(kind, rows) for kind, rows in by_kind.items() if rows or kind in ALWAYS),
        _findings_line(held, lifted or {}),
        _challenge_line(version, held),
    )


def _one_line(text: str, longest: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _checks_line(kind: CheckKind, rows: Sequence[Comparison]) -> EvidenceLine:
    """The worst required verdict decides; an advisory check that failed asks for attention."""
    if not rows:
        return EvidenceLine(kind.value, TITLES[kind], "No finished validation", "No data")
    verdict = worst(tuple(row.verdict for row in rows if row.required) or (Verdict.PASS,))
    lost = [row for row in rows if row.verdict is Verdict.FAIL]
    word = "Watch" if verdict is Verdict.PASS and lost else WORDS[verdict]
    telling = next((row for row in rows if row.required and row.verdict is verdict), rows[0])
    passed = sum(row.verdict is Verdict.PASS for row in rows)
    says = f"{_figure(lost[0] if word == 'Watch' else telling)}; {passed} of {len(rows)} checks passed"
    return EvidenceLine(kind.value, TITLES[kind], says, word)


def _figure(row: Comparison) -> str:
    about = f"{row.title}, {row.subject}" if row.subject else row.title
    if row.now is None or row.threshold is None:
        return f"{about} is not available"
    interval = (
        f" ({shown(row.low, row.threshold)} to {shown(row.high, row.threshold)})"
        if row.low is not None and row.high is not None
        else ""
    )
    before = f", was {shown(row.before, row.threshold)}" if row.before is not None else ""
    return f"{about} {shown(row.now, row.threshold)}{interval}, required {row.direction} {row.threshold:g}{before}"


def _findings_line(held: VersionEvidence, lifted: Mapping[str, str]) -> EvidenceLine:
    pending = [finding for finding in held.findings if finding.status is not FindingStatus.VERIFIED_CLOSED]
    severe = [finding.number for finding in pending if finding.severity in BLOCKING]
    blocking = [number for number in severe if number not in lifted]
    if not pending:
        count = len(held.findings)
        says = f"{count} raised, all verified closed" if count else "None raised"
        return EvidenceLine("findings", "Findings", says, "Met")
    says = f"{len(pending)} of {len(held.findings)} not verified closed"
    if blocking or not severe:
        says += f"; high or critical: {', '.join(blocking)}" if blocking else "; none high or critical"
    says += "".join(f"; {number} lifted by exception {lifted[number]}" for number in severe if number in lifted)
    return EvidenceLine("findings", "Findings", says, "Blocked" if blocking else "Watch")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _challenge_line(version: ModelVersion, held: VersionEvidence) -> EvidenceLine:
    answered = sum(question.answered_at is not None for question in held.questions)
    says = f"{_counted(len(held.questions), 'question')}, {_counted(answered, 'answer')}"
    concluded = held.conclusions[0] if held.conclusions else None
    current = concluded is not None and concluded.evidence_digest == version.evidence_digest
    says += f"; concluded as {concluded.outcome}" if concluded and current else "; not concluded on this evidence"
    met = current and answered == len(held.questions)
    return EvidenceLine("challenge", "Effective challenge", says, "Met" if met else "Waiting")
