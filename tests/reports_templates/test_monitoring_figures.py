"""The monitoring summary says what the checks of production data had found by then, with the entry of each check."""

from datetime import datetime, timedelta
from pathlib import Path

from core.ledger.queries import entry
from core.ledger.service import Ledger
from core.metrics.verdicts import Verdict
from core.monitoring.checks.tables import MonitorChunk
from core.monitoring.intake.rules import BatchKind
from core.reports.layout.blocks import Cited
from core.reports.templates.monitoring import MonitoringSummary
from core.reports.texts import monitoring as texts
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.store import Store
from tests.monitoring_checks.conftest import Watch, make_watch
from tests.monitoring_checks.test_checking import labels, ready, rows
from tests.reports_templates.asking import report
from tests.reports_templates.test_citing import cells

HOUR = timedelta(hours=1)


def told(watch: Watch, at: datetime, since: datetime | None = None, *, alone: bool = True) -> Report:
    kind, number = (SubjectKind.MODEL, watch.model) if alone else (SubjectKind.ORGANISATION, "")
    return report(watch.store, watch.ledger, Asked("monitoring", Subject(kind, number), at, since), at=watch.now + HOUR)


def found(one: Report) -> list[tuple[str, float | None, Verdict, int]]:
    assert isinstance(one.data, MonitoringSummary)
    return [
        (line.newest.chunk, line.newest.value, line.newest.verdict, line.failed) for line in one.data.figures.monitors
    ]


def test_figures_stand_as_they_had_been_found_by_then_and_the_summary_is_complete(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    watch = ready(make_watch(store, ledger, tmp_path))
    watch.take(BatchKind.INFERENCES, rows(100))
    watch.run()
    then = watch.now
    watch.now += HOUR
    watch.take(BatchKind.LABELS, labels(100, wrong=9))
    watch.run()

    before, now = told(watch, then), told(watch, watch.now)

    assert found(before) == [("CH0001.1", None, Verdict.INSUFFICIENT, 0)]
    assert found(now) == [("CH0001.2", 0.09, Verdict.FAIL, 1)]
    assert found(told(watch, watch.now, alone=False)) == found(now)
    assert found(told(watch, then, alone=False)) == []  # of all models those in breach alone are told one by one
    assert found(told(watch, watch.now + HOUR / 2, watch.now + HOUR / 4)) == []
    assert before.complete
    assert now.complete
    assert_bound(store, now)


def assert_bound(store: Store, one: Report) -> None:
    """The figure leads to the digest of what the check found, which the entry of that check names."""
    assert isinstance(one.data, MonitoringSummary)
    (breach,) = one.data.figures.breaches
    (cell,) = (
        cell
        for place, cell, _ in cells(one.document)
        if place == f"{texts.FIGURES} / {texts.BREACHES_COLUMNS[-2]}" and isinstance(cell, Cited)
    )
    with store.reading() as session:
        held = session.get(MonitorChunk, 2)
        assert held is not None
        assert cell.source.digest == held.figures_digest == breach.digest
        bound = entry(session, cell.source.entry or 0)
    assert bound.row.action == "monitor.checked"
    assert breach.digest in (bound.payload or "")
