"""Chunks are checked once when they are complete, again when more has come, and never silently not at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlmodel import col, func, select

from core.access.rules import Role
from core.errors import Refused
from core.inventory.rules import Stage
from core.ledger.events import Event
from core.ledger.tables import LogEntry
from core.links import RecordKind, Ref, linked
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.tables import Alert
from core.monitoring.checks.queries import chunk, chunks, model_states, newest_by_clause, overview, state_counts
from core.monitoring.checks.recomputing import Again, recompute
from core.monitoring.checks.service import ask_monitor, due_by_clock, fail_monitor
from core.monitoring.checks.tables import MonitorChunk, MonitorResult, MonitorState
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.policy.rules import Task
from core.store.types import microseconds
from core.validation.intake import hand_in
from core.validation.runs import perform, start
from core.validation.uploads import ColumnMapping
from tests.builders import NOON, an_actor, set_stage
from tests.monitoring_checks.conftest import START, Watch, at_least, at_most, monitor, monitors

DATA = MonitoredData(Task.BINARY, "1", sensitive=("region",))
ERRORS = monitors(monitor("20.1", "error rate", "error_rate", "100 rows", at_most(0.05)))
AS_APPROVED = '"last approved"\ndirection = "at least"\ntolerance = 0.02'
APPROVED = monitors(monitor("20.1", "performance", "accuracy", "100 rows", AS_APPROVED))
DAYS = monitors(
    monitor("20.1", "error rate", "error_rate", "1 day", at_most(0.05)),
    monitor("20.2", "volume", "rows", "1 day", at_least(40)),
    monitor("20.3", "freshness", "data_age_hours", "1 hour", at_most(30), "medium"),
)


def rows(
    count: int, *, first: int = 0, start: datetime = START, apart: timedelta = timedelta(minutes=20)
) -> pl.DataFrame:
    """Every second one is predicted positive; income and score go with it."""
    places = range(first, first + count)
    step = apart // timedelta(microseconds=1)
    return pl.DataFrame(
        {
            "id": [f"r-{n:05}" for n in places],
            "at": [microseconds(start) + n * step for n in places],
            "prediction": [n % 2 for n in places],
            "score": [0.2 + 0.6 * (n % 2) + (n % 7) / 100 for n in places],
            "income": [1000.0 + (n * 37) % 100 for n in places],
            "region": ["north" if n % 3 else "south" for n in places],
        }
    )


def labels(count: int, *, first: int = 0, wrong: int = 0) -> pl.DataFrame:
    """The same as predicted, but for so many at the beginning."""
    places = range(first, first + count)
    return pl.DataFrame({"id": [f"r-{n:05}" for n in places], "label": [(n + (n < first + wrong)) % 2 for n in places]})


def ready(watch: Watch, text: str = ERRORS, data: MonitoredData = DATA) -> Watch:
    watch.policy(text)
    watch.declare(data)
    watch.now += timedelta(seconds=1)
    return watch


def alerts(watch: Watch) -> list[Alert]:
    with watch.store.reading() as session:
        # that its version is not approved is another alert
        ours = col(Alert.kind).in_(("breach", "no data", "check failed"))
        return list(session.exec(select(Alert).where(ours).order_by(col(Alert.id))))


def entries(watch: Watch) -> int:
    with watch.store.reading() as session:
        return session.exec(select(func.count()).where(LogEntry.action == Event.MONITOR_CHECKED)).one()


def test_an_error_rate_above_five_percent_is_a_breach_with_one_alert(watch_on_both: Watch) -> None:
    watch = ready(watch_on_both)
    watch.take(BatchKind.INFERENCES, rows(250))
    watch.take(BatchKind.LABELS, labels(100, wrong=5))
    watch.take(BatchKind.LABELS, labels(150, first=100, wrong=6))
    watch.run()

    first, second = watch.results(clause="20.1")
    assert [(one.value, one.verdict, one.rows) for one in (first, second)] == [
        (0.05, Verdict.PASS, 100), (0.06, Verdict.FAIL, 100),
    ]  # fmt: skip
    (alert,) = alerts(watch)
    assert (alert.kind, alert.severity.value, alert.count) == ("breach", "high", 1)
    assert "0.060 is above 0.05" in alert.detail
    with watch.store.reading() as session:
        (link,) = linked(session, Ref(RecordKind.CHUNK, second.chunk))
    assert link.ref == Ref(RecordKind.ALERT, alert.number)


def test_what_was_checked_is_not_checked_again(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(250))

    ran = [watch.run(), watch.run(), watch.run("2026-11-20T12")]

    assert [len(one.chunks) for one in ran] == [2, 0, 0]
    assert entries(watch) == 1


def test_answers_that_failed_are_counted_where_the_data_say_so_and_nothing_is_taken_for_right(watch: Watch) -> None:
    text = monitors(monitor("20.1", "error rate", "failed_share", "100 rows", at_most(0.05)))
    ready(watch, text).take(BatchKind.INFERENCES, rows(100))
    failed = pl.when(pl.int_range(pl.len()) < 6).then(pl.lit("timeout")).otherwise(None)
    watch.take(BatchKind.INFERENCES, rows(100, first=100).with_columns(failed.alias("error")))
    watch.run()

    silent, said = watch.results()
    assert (silent.verdict, silent.value) == (Verdict.INSUFFICIENT, None)
    assert (said.verdict, said.value, said.rows) == (Verdict.FAIL, 0.06, 100)


def test_labels_that_come_late_make_a_revision_and_the_former_stays(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(200))
    watch.run()
    before = watch.results()
    watch.now += timedelta(hours=1)
    watch.take(BatchKind.LABELS, labels(50, wrong=50))
    watch.run()
    watch.now += timedelta(hours=1)
    watch.take(BatchKind.LABELS, labels(50, first=50))
    watch.run()

    assert [one.verdict for one in before] == [Verdict.INSUFFICIENT] * 2
    now, untouched = watch.results()
    assert (now.chunk, now.revision, now.value, now.labelled_rows) == (before[0].chunk, 3, 0.5, 100)
    assert (untouched.revision, untouched.value) == (1, None)
    history = [one for one in watch.results(all_revisions=True) if one.chunk == now.chunk]
    assert [(one.revision, one.value, one.rows) for one in history] == [(1, None, 0), (2, 1.0, 50), (3, 0.5, 100)]
    assert [one.verdict for one in history] == [Verdict.INSUFFICIENT, Verdict.FAIL, Verdict.FAIL]


def test_a_breach_that_is_over_is_settled_and_not_closed(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(300))
    watch.take(BatchKind.LABELS, labels(100, wrong=9))
    watch.run()
    watch.take(BatchKind.LABELS, labels(100, first=100))
    watch.run()

    (alert,) = alerts(watch)
    assert alert.recovered_at == watch.now
    assert alert.closed_at is None


def test_a_breach_of_a_clause_that_the_policy_gave_up_is_settled(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(100))
    watch.take(BatchKind.LABELS, labels(100, wrong=9))
    watch.run()
    watch.now += timedelta(hours=1)
    watch.policy(monitors(monitor("20.5", "error rate", "error_rate", "100 rows", at_most(0.5))))
    watch.run()

    (alert,) = alerts(watch)
    with watch.store.reading() as session:
        (state,) = model_states(session, watch.model)
    assert alert.recovered_at == watch.now
    assert state.state is MonitorState.INSUFFICIENT  # nothing that is asked for now was measured yet


def test_days_are_cut_in_utc_and_a_day_without_data_is_checked_too(watch: Watch) -> None:
    ready(watch, DAYS).take(BatchKind.INFERENCES, rows(100))
    watch.take(BatchKind.INFERENCES, rows(72, start=START + timedelta(days=3)).with_columns(pl.col("id") + "b"))
    watch.run()

    volume = watch.results(clause="20.2")
    # 72 rows a day; 28 of the first hundred fall on the second day, the third is empty; the fourth is over by the clock
    assert [(one.starts_at.day, one.value, one.verdict.value) for one in volume] == [
        (1, 72, "pass"), (2, 28, "fail"), (3, 0, "fail"), (4, 72, "pass"),
    ]  # fmt: skip
    assert all(one.starts_at.hour == 0 and one.starts_at.tzinfo is UTC for one in volume)


def test_rows_that_come_late_make_a_revision_of_their_day(watch: Watch) -> None:
    ready(watch, DAYS).take(BatchKind.INFERENCES, rows(150))
    watch.run()
    watch.now += timedelta(hours=1)
    late = rows(20, apart=timedelta(minutes=1)).with_columns(pl.col("id") + "late")
    watch.take(BatchKind.INFERENCES, late)
    watch.run()

    first = watch.results(clause="20.2")[0]
    assert (first.revision, first.value) == (2, 92)


def test_data_that_do_not_come_raise_an_alert_by_the_clock_and_it_ends_when_they_come(watch: Watch) -> None:
    ready(watch, DAYS)
    watch.take(BatchKind.INFERENCES, rows(60, start=NOON - timedelta(hours=20)))
    watch.run()
    quiet = alerts(watch)
    watch.now += timedelta(hours=40)
    with watch.store.reading() as session:
        (slot,) = due_by_clock(session, at=watch.now + timedelta(minutes=59))
    watch.run(slot.split(" ")[-1])
    stale = [one for one in alerts(watch) if one.kind == "no data"]
    watch.take(BatchKind.INFERENCES, rows(60, first=100, start=watch.now - timedelta(hours=60)))
    watch.run()

    assert [one.kind for one in quiet] == ["breach"]  # of the volume, on the day on which they began
    assert [(one.severity.value, one.recovered_at) for one in stale] == [("medium", None)]
    assert [one.recovered_at for one in alerts(watch) if one.kind == "no data"] == [watch.now]
    with watch.store.reading() as session:
        assert due_by_clock(session, at=watch.now) == ()


def test_a_check_that_fails_is_an_alert_of_its_own_and_ends_with_the_next_run(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(100))
    fail_monitor(watch.store, watch.ledger, slot=f"{watch.model} production PB0001", error="A file is gone.", at=NOON)
    with watch.store.reading() as session:
        (failed,) = model_states(session, watch.model)
    watch.run()

    assert (failed.state, failed.error) == (MonitorState.CHECK_FAILED, "A file is gone.")
    (alert,) = alerts(watch)
    assert (alert.kind, alert.recovered_at) == ("check failed", watch.now)


def test_a_weekday_is_compared_with_the_same_weekday(watch: Watch) -> None:
    text = monitors(
        monitor("20.1", "volume", "rows", "1 day", '"comparable"\ndeviations = 3\nseason = "weekday"'),
    )
    ready(watch, text)
    start = datetime(2026, 10, 5, tzinfo=UTC)  # a Monday
    parts = []
    for week in range(5):
        for day in range(7):
            count = (200 if day < 5 else 20) + week + (150 if (week, day) == (4, 6) else 0)
            part = rows(count, start=start + timedelta(days=7 * week + day), apart=timedelta(minutes=4))
            parts.append(part.with_columns(pl.col("id") + f"-{week}{day}"))
    watch.take(BatchKind.INFERENCES, pl.concat(parts))
    watch.run()

    found = watch.results(clause="20.1")
    verdicts = {(one.starts_at - start).days: one.verdict for one in found}
    # three weeks make a season; a Sunday with as many as a Monday is out of the ordinary, a Monday with as many is not
    assert verdicts[0] is verdicts[14] is Verdict.INSUFFICIENT
    assert verdicts[21] is Verdict.PASS
    assert (verdicts[34], next(one.value for one in found if (one.starts_at - start).days == 34)) == (Verdict.FAIL, 174)


def test_a_chunk_shows_its_columns_and_groups_beside_the_reference(watch: Watch) -> None:
    text = monitors(
        monitor("20.1", "drift", "wasserstein", "100 rows", at_most(0.1)),
        monitor("20.2", "fairness", "demographic_parity_difference", "100 rows", at_most(0.5)),
        monitor("20.3", "data quality", "missing_share", "100 rows", at_most(0.05)),
    )
    ready(watch, text.replace("minimum_group = 100", "minimum_group = 10"))
    watch.take(BatchKind.REFERENCE, rows(400).drop("at"))
    shifted = rows(100).with_columns(
        income=pl.when(pl.int_range(pl.len()) < 10).then(None).otherwise(pl.col("income") + 50)
    )
    watch.take(BatchKind.INFERENCES, shifted)
    watch.run()

    (row,) = watch.results(clause="20.1")
    with watch.store.reading() as session:
        page = chunk(session, row.chunk)
        (newest,) = [one for one in newest_by_clause(session, watch.model, "production") if one.clause == "20.3"]
        listed = chunks(session, watch.model, "production")
    assert (row.subject, row.verdict) == ("income", Verdict.FAIL)
    assert (newest.subject, newest.value, newest.verdict) == ("income", 0.1, Verdict.FAIL)
    (income,) = page.columns
    assert (income.column, income.missing, len(income.labels)) == ("income", 0.1, 11)
    assert sum(income.shares) == pytest.approx(1)
    assert [(one.group, one.rows) for one in page.groups] == [("north", 66), ("south", 34)]
    assert (listed.total, listed.rows[0].failed, page.policy_version_id) == (1, 2, row.policy_version_id)


def test_a_chunk_is_computed_again_to_the_last_digit_until_more_has_come(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(100))
    watch.take(BatchKind.LABELS, labels(60, wrong=4))
    watch.run()
    (row,) = watch.results()

    same = recompute(watch.store, watch.files, chunk=row.chunk, at=watch.now)
    with watch.store.transaction() as tx:
        tx.session.execute(MonitorResult.__table__.update().values(value=0.01))  # type: ignore[attr-defined]
    touched = recompute(watch.store, watch.files, chunk=row.chunk, at=watch.now)
    watch.take(BatchKind.LABELS, labels(40, first=60))
    later = recompute(watch.store, watch.files, chunk=row.chunk, at=watch.now)

    assert (same.outcome, same.said) == (Again.SAME, "1 figures are the same to the last digit")
    assert (touched.outcome, touched.different) == (Again.DIFFERENT, ("20.1 error_rate",))
    assert later.outcome is Again.OTHER_DATA


def test_every_model_stands_on_one_page_the_most_urgent_first(watch: Watch) -> None:
    ready(watch).take(BatchKind.INFERENCES, rows(300))
    watch.take(BatchKind.LABELS, labels(200))
    watch.take(BatchKind.LABELS, labels(100, first=200, wrong=30))
    watch.run()

    with watch.store.reading() as session:
        page = overview(session)
        counts = state_counts(session)
        none = overview(session, states=[MonitorState.CALM])
    (state,) = page.rows
    assert (state.model, state.version, state.state) == (watch.model, "1.0.0", MonitorState.BREACH)
    assert (state.worst.metric if state.worst else "", state.series) == ("error_rate", (0.0, 0.0, 0.3))
    assert (counts[MonitorState.BREACH], none.total) == (1, 0)


def test_a_model_of_which_nothing_is_declared_is_not_checked_and_says_so(watch: Watch) -> None:
    watch.policy(ERRORS)

    assert "not declared" in watch.run().note


def test_only_those_who_may_run_checks_run_them(watch: Watch) -> None:
    ready(watch)

    with pytest.raises(Refused):
        ask_monitor(watch.store, watch.ledger, model=watch.model, actor=an_actor("P0009", Role.AUDITOR), at=NOON)


def test_a_series_of_points_is_checked_by_its_labels(watch: Watch) -> None:
    from core.monitoring.intake.point_forms import points_of_objects
    from core.monitoring.intake.points import record_metrics

    text = monitors(
        monitor("20.1", "metric", "queue_depth", "1 hour", at_most(10)).replace(
            "severity", 'aggregate = "most"\nseverity'
        )
    )
    ready(watch, text)
    given = [
        {"name": "queue_depth", "at": (NOON - timedelta(minutes=minute)).isoformat(), "value": minute,
         "labels": {"queue": "letters"}}
        for minute in range(100, 200, 10)
    ]  # fmt: skip
    points = points_of_objects(given, {"model": watch.model, "version": None, "environment": "production"}, at=NOON)
    record_metrics(watch.store, watch.ledger, points, actor=watch.owner, at=watch.now)
    watch.run("2026-11-20T12")

    found = watch.results(clause="20.1")
    assert [(one.starts_at.hour, one.value, one.subject, one.verdict.value) for one in found] == [
        (8, 190, "queue=letters", "fail"), (9, 180, "queue=letters", "fail"), (10, 120, "queue=letters", "fail"),
    ]  # fmt: skip


def test_chunks_of_rows_keep_their_rows_whatever_comes_later(watch: Watch) -> None:
    ready(watch, ERRORS).take(BatchKind.INFERENCES, rows(150))
    watch.take(BatchKind.INFERENCES, rows(60, start=START - timedelta(days=2)).with_columns(pl.col("id") + "b"))
    watch.run()

    with watch.store.reading() as session:
        found = session.exec(select(MonitorChunk).order_by(col(MonitorChunk.position))).all()
    assert [(one.position, one.rows) for one in found] == [(0, 100), (1, 100)]
    assert found[1].starts_at < found[0].starts_at
    assert np.all([one.revision == 1 for one in found])


def test_a_figure_is_held_against_what_the_version_was_approved_with(watch: Watch, tmp_path: Path) -> None:
    """Validated at an accuracy of exactly 0.90; two points below are allowed."""
    validated_at(watch, tmp_path, rows=500, wrong=50)
    ready(watch, APPROVED)
    watch.take(BatchKind.INFERENCES, rows(250))
    watch.take(BatchKind.LABELS, labels(100, wrong=12))
    watch.take(BatchKind.LABELS, labels(150, first=100, wrong=13))
    watch.run()

    first, second = watch.results(clause="20.1")

    assert [(one.value, one.verdict) for one in (first, second)] == [(0.88, Verdict.PASS), (0.87, Verdict.FAIL)]
    assert (first.lower, first.upper) == (pytest.approx(0.88), None)


def test_without_a_validation_of_the_figure_there_is_nothing_to_hold_it_against(watch: Watch) -> None:
    ready(watch, APPROVED)
    watch.take(BatchKind.INFERENCES, rows(150))
    watch.take(BatchKind.LABELS, labels(150))
    watch.run()

    (only,) = watch.results(clause="20.1")
    assert only.verdict is Verdict.INSUFFICIENT
    assert "No version in use has this figure in a validation" in only.reason


def validated_at(watch: Watch, folder: Path, *, rows: int, wrong: int) -> None:
    """Hand predictions in for the version in production and let the real validation compute its figures."""
    lines = [f"r{n},{(n + (n < wrong)) % 2},{n % 2}" for n in range(rows)]
    path = folder / "predictions.csv"
    path.write_text("\n".join(["id,label,prediction", *lines]) + "\n", encoding="utf-8")
    mapping = ColumnMapping(label="label", prediction="prediction", positive_label="1", row_id="id")
    hand_in(
        watch.store, watch.ledger, watch.files, model=watch.model, version=watch.version, source=path,
        filename=path.name, mapping=mapping, declared={}, actor=watch.cast.developer, at=watch.now,
    )  # fmt: skip
    run = start(
        watch.store, watch.ledger, model=watch.model, version=watch.version, actor=watch.cast.developer, at=watch.now
    ).run
    perform(watch.store, watch.ledger, watch.files, run=run, clock=lambda: watch.now)
    set_stage(watch.store, watch.model, watch.version, Stage.IN_PRODUCTION)
