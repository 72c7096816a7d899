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
from core.reports.layout.traced import Reader
from core.reports.layout.words import (
    NOTHING,
    badge,
    counted,
    moment,
    precise,
    required,
)
from core.reports.texts.sections import validation as texts
from core.reports.values import Dossier, RunRecord, VerdictRow

__all__ = ["validation", "verdict_counts", "verdict_statement", "worst_required"]


def validation(dossier: Dossier, people: Reader) -> Section:
    """The run that judged the evidence at hand, verdict by verdict, then all runs."""
    run = dossier.current_run
    if run is None:
        blocks: tuple[Block, ...] = (Prose(texts.NO_FINISHED_VALIDATION_HAS, quiet=True),)
    else:
        blocks = (verdict_statement(run), _run(run, people), *_verdicts(run, people))
    earlier = (Heading(texts.VALIDATION_RUNS), _runs(dossier.runs, people)) if dossier.runs else ()
    return Section(texts.VALIDATION, (*blocks, *earlier))


def verdict_statement(run: RunRecord) -> Statement:
    """The answer first: the worst required verdict, and how many of each."""
    return Statement(
        badge(worst_required(run)),
        f"{verdict_counts(run.verdicts)}.",
        texts.RUN_JUDGED_OF_UNDER.format(
            number=run.number, rows=counted(run.rows, "row"), filename=run.filename, policy=run.policy
        ),
    )


def worst_required(run: RunRecord) -> Verdict:
    """One failure fails, one gap is a gap; advisory checks do not count."""
    return worst(tuple(row.verdict for row in run.verdicts if row.required))


def verdict_counts(rows: Sequence[VerdictRow]) -> str:
    """12 checks: 10 passed, 1 failed, 1 without enough evidence."""
    found = Counter(row.verdict for row in rows)
    parts = [texts.PASSED.format(found=found[Verdict.PASS]), texts.FAILED.format(found=found[Verdict.FAIL])]
    if found[Verdict.INSUFFICIENT]:
        parts.append(texts.WITHOUT_ENOUGH_EVIDENCE.format(found=found[Verdict.INSUFFICIENT]))
    return f"{counted(len(rows), 'check')}: {', '.join(parts)}"


def _run(run: RunRecord, people: Reader) -> Facts:
    thing, finished = f"run {run.number}", texts.FINISHED.format(number=run.number, finished_at=moment(run.finished_at))
    started = f"{people.name(run.requested_by)}, {moment(run.requested_at)}"
    rows = f"{run.evidence} {run.filename}, {counted(run.rows, 'row')}"
    return Facts(
        texts.THE_RUN_THAT_JUDGED,
        (
            (texts.RUN, people.cited(finished, thing, "finished_at", Event.RUN_FINISHED, digest=run.result_digest)),
            (texts.STARTED_BY, people.cited(started, thing, "requested_at", Event.RUN_STARTED)),
            (
                texts.EVIDENCE,
                people.cited(rows, f"evidence {run.evidence}", "rows", Event.EVIDENCE_UPLOADED, digest=run.file_digest),
            ),
            (texts.FILE_AS_RECEIVED_SHA, Hash(run.file_digest)),
            (texts.TABLE_THAT_WAS_COMPUTED, Hash(run.table_digest)),
            (texts.RESULT_SHA_256, Hash(run.result_digest)),
            *(((texts.ERASED_SINCE, run.redacted),) if run.redacted else ()),
            *(((texts.REMOVED_SINCE, run.removed),) if run.removed else ()),
        ),
    )


def _verdicts(run: RunRecord, people: Reader) -> tuple[Block, ...]:
    kinds = dict.fromkeys(row.kind for row in run.verdicts)
    columns = (
        Column(texts.CHECK, 2.4),
        Column(texts.FIGURE, 1.75, Align.RIGHT),
        Column(texts.REQUIRED, 1.5, Align.RIGHT),
        Column(texts.CLAUSE, 0.85, Align.RIGHT),
        Column(texts.RESULT, 2.5),
        Column(texts.REASON, 3.6),
    )
    return tuple(
        block
        for kind in kinds
        for block in (
            Heading(texts.VERDICTS_OF_KIND.format(kind=kind)),
            Table(
                texts.EACH_CHECK_AGAINST_ITS.format(kind=kind),
                columns,
                tuple(_verdict(row, run, people) for row in run.verdicts if row.kind is kind),
                texts.BELOW_A_FIGURE_ITS.format(digests=", ".join(_digests(run, kind))),
            ),
        )
    )


def _digests(run: RunRecord, kind: str) -> list[str]:
    return list(dict.fromkeys(row.evidence_digest for row in run.verdicts if row.kind == kind))


def _verdict(row: VerdictRow, run: RunRecord, people: Reader) -> tuple[Cell, ...]:
    below = ", ".join(part for part in (row.subject, "" if row.required else texts.ADVISORY) if part)
    value = precise(row.value, row.threshold)
    interval = texts.TO.format(low=precise(row.low, row.threshold), high=precise(row.high, row.threshold))
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
        people.cited(
            required(row.direction, row.threshold),
            f"policy {run.policy}",
            f"clause {row.clause}",
            Event.POLICY_PUBLISHED,
        ),
        row.clause,
        badge(row.verdict),
        _reason(row),
    )


def _reason(row: VerdictRow) -> str:
    """Why, and the policy exception under which a failed check did not stop the version."""
    excepted = texts.UNDER_EXCEPTION.format(exception=row.exception) if row.exception else ""
    return ". ".join(part.rstrip(".") for part in (row.reason, excepted) if part) or NOTHING


def _runs(runs: Sequence[RunRecord], people: Reader) -> Table:
    columns = (
        Column(texts.RUN, 0.8),
        Column(texts.ASKED, 2.4, Align.RIGHT),
        Column(texts.EVIDENCE, 2.2),
        Column(texts.POLICY, 1.6),
        Column(texts.STATUS, 1.5),
        Column(texts.VERDICTS, 2.6),
        Column(texts.RESULT, 1.1),
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
            Stacked(
                verdict_counts(run.verdicts), texts.JUDGES_THE_EVIDENCE_AT if run.current else texts.EARLIER_EVIDENCE
            ),
            Hash(run.result_digest[:8]),
        )
        for run in runs
    )
    return Table(texts.ALL_RUNS_NEWEST_FIRST, columns, rows)
