"""Verdicts against the policy."""

from collections import Counter
from collections.abc import Sequence

from core.ledger.events import Event
from core.metrics.verdicts import Verdict, worst
from core.reports.layout.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Facts,
    Heading,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
)
from core.reports.layout.blocks import Digest as Hash
from core.reports.layout.fairness import fairness_sentence
from core.reports.layout.traced import Reader
from core.reports.layout.words import (
    NOTHING,
    SPACE,
    badge,
    counted,
    moment,
    precise,
    required,
)
from core.reports.values import Dossier, RunRecord, VerdictRow

__all__ = ["fairness_sentence", "validation", "verdict_counts", "verdict_statement", "worst_required"]


def validation(dossier: Dossier, people: Reader) -> Section:
    """The run that judged the evidence at hand, verdict by verdict, then all runs."""
    run = dossier.current_run
    if run is None:
        blocks: tuple[Block, ...] = (
            Prose("No finished validation has judged the evidence at hand, so there is no verdict.", quiet=True),
        )
    else:
        blocks = (verdict_statement(run), _run(run, people), *_verdicts(run, people))
    earlier = (Heading("Validation runs"), _runs(dossier.runs, people)) if dossier.runs else ()
    return Section("Validation", (*blocks, *earlier))


def verdict_statement(run: RunRecord) -> Statement:
    """The answer first: the worst required verdict, and how many of each."""
    return Statement(
        badge(worst_required(run)),
        f"{verdict_counts(run.verdicts)}.",
        f"Run {run.number} judged {counted(run.rows, 'row')} of {run.filename} under {run.policy}.",
    )


def worst_required(run: RunRecord) -> Verdict:
    """One failure fails, one gap is a gap; advisory checks do not count."""
    return worst(tuple(row.verdict for row in run.verdicts if row.required))


def verdict_counts(rows: Sequence[VerdictRow]) -> str:
    """12 checks: 10 passed, 1 failed, 1 without enough evidence."""
    found = Counter(row.verdict for row in rows)
    parts = [f"{found[Verdict.PASS]} passed", f"{found[Verdict.FAIL]} failed"]
    if found[Verdict.INSUFFICIENT]:
        parts.append(f"{found[Verdict.INSUFFICIENT]} without enough evidence")
    return f"{counted(len(rows), 'check')}: {', '.join(parts)}"


def _run(run: RunRecord, people: Reader) -> Facts:
    thing, finished = f"run {run.number}", f"{run.number}, finished {moment(run.finished_at)}"
    started = f"{people.name(run.requested_by)}, {moment(run.requested_at)}"
    rows = f"{run.evidence} {run.filename}, {counted(run.rows, 'row')}"
    return Facts(
        "The run that judged the evidence at hand",
        (
            ("Run", people.cited(finished, thing, "finished_at", Event.RUN_FINISHED, digest=run.result_digest)),
            ("Started by", people.cited(started, thing, "requested_at", Event.RUN_STARTED)),
            ("Evidence", people.cited(rows, f"evidence {run.evidence}", "rows", digest=run.file_digest)),
            ("File as received, SHA-256", Hash(run.file_digest)),
            ("Table that was computed from, SHA-256", Hash(run.table_digest)),
            ("Result, SHA-256", Hash(run.result_digest)),
            *((("Erased since", run.redacted),) if run.redacted else ()),
        ),
    )


def _verdicts(run: RunRecord, people: Reader) -> tuple[Block, ...]:
    kinds = dict.fromkeys(row.kind for row in run.verdicts)
    columns = (
        Column("Check", 2.4),
        Column("Figure", 1.75, Align.RIGHT),
        Column("Required", 1.5, Align.RIGHT),
        Column("Clause", 0.85, Align.RIGHT),
        Column("Result", 2.5),
        Column("Reason", 3.6),
    )
    return tuple(
        block
        for kind in kinds
        for block in (
            Heading(f"Verdicts: {kind}"),
            Table(
                f"Each {kind} check against its clause",
                columns,
                tuple(_verdict(row, run, people) for row in run.verdicts if row.kind is kind),
                f"Below a figure: its 95{SPACE}% interval. Evidence digest: {', '.join(_digests(run, kind))}.",
            ),
        )
    )


def _digests(run: RunRecord, kind: str) -> list[str]:
    return list(dict.fromkeys(row.evidence_digest for row in run.verdicts if row.kind == kind))


def _verdict(row: VerdictRow, run: RunRecord, people: Reader) -> tuple[Cell, ...]:
    below = ", ".join(part for part in (row.subject, "" if row.required else "advisory") if part)
    value = precise(row.value, row.threshold)
    interval = f"{precise(row.low, row.threshold)}{SPACE}to{SPACE}{precise(row.high, row.threshold)}"
    path = " / ".join(part for part in (row.kind, row.metric, row.subject) if part)
    known = row.low is not None and row.high is not None
    return (
        Stacked(row.title, below) if below else row.title,
        people.cited(
            Stacked(value, interval) if known else value,
            f"run {run.number}",
            path,
            Event.RUN_FINISHED,
            digest=run.result_digest,
        ),
        people.cited(required(row.direction, row.threshold), f"policy {run.policy}", f"clause {row.clause}"),
        row.clause,
        badge(row.verdict),
        _reason(row),
    )


def _reason(row: VerdictRow) -> str:
    """Why, and the policy exception under which a failed check did not stop the version."""
    excepted = f"Under exception {row.exception}" if row.exception else ""
    return ". ".join(part.rstrip(".") for part in (row.reason, excepted) if part) or NOTHING


def _runs(runs: Sequence[RunRecord], people: Reader) -> Table:
    columns = (
        Column("Run", 0.8),
        Column("Asked", 2.4, Align.RIGHT),
        Column("Evidence", 2.2),
        Column("Policy", 1.6),
        Column("Status", 1.5),
        Column("Verdicts", 2.6),
        Column("Result", 1.1),
    )
    rows = tuple(
        (
            run.number,
            people.cited(
                Stacked(moment(run.requested_at), people.name(run.requested_by)),
                f"run {run.number}",
                "requested_at",
                Event.RUN_STARTED,
            ),
            Stacked(run.evidence, run.filename),
            run.policy,
            badge(run.status),
            Stacked(verdict_counts(run.verdicts), "judges the evidence at hand" if run.current else "earlier evidence"),
            Hash(run.result_digest[:8]),
        )
        for run in runs
    )
    return Table("All runs, newest first", columns, rows)
