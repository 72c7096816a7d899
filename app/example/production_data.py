"""Six weeks of the employment model in use: what it answered, what came of it, and how long it took."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from app.composition import Workplace
from app.example.accounts import Account
from app.example.controls import declare_example_controls, review_outputs, tell_stranger
from core.access.rules import Actor
from core.inventory.moves import load_version
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.points import NewPoint, record_metrics
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.service import record_production
from core.monitoring.intake.taking import Received, Sent
from core.store.types import instant, microseconds
from core.validation.evidence import current_evidence

DATA = Path(__file__).parent / "data" / "employment_ma_in_use.parquet"
MODEL, VERSION = "M0001", "1.0.0"
WEEKS, WEEK = 6, timedelta(weeks=1)
LABELLED_AFTER = timedelta(days=5)  # until it is known who is in work
MISSED, LATE = 2, 40  # of the third week a branch sends so many rows a week late
OPENS, DAY_AT_WORK = timedelta(hours=8), timedelta(hours=10)


def tell_production_data(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Say what is monitored, then let the weeks pass: inferences each week, their labels five days later."""
    owner, developer = known["owner"].actor, known["developer"].actor
    start = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - WEEKS * WEEK
    _declare(place, owner, start)
    declare_example_controls(place, known, start)
    rows = _in_time(pl.read_parquet(DATA), start)
    for sent in sorted(_everything(rows, start), key=lambda one: one.at):
        review_outputs(place, known, sent.at)
        _send(place, developer, sent)
    _measure(place, developer, rows, start + WEEKS * WEEK)
    tell_stranger(place, known, at)


def _declare(place: Workplace, owner: Actor, at: datetime) -> None:
    with place.store.reading() as session:
        evidence = current_evidence(session, load_version(session, MODEL, VERSION)[1])
    data = MonitoredData(
        positive_label="1",
        features=("age", "schooling", "marital_status"),
        categorical=("schooling", "marital_status"),
        sensitive=("sex",),
        reference=evidence.number if evidence else "",
    )
    declare_monitored(place.store, place.ledger, model=MODEL, data=data, expected_revision=0, actor=owner, at=at)


def _in_time(rows: pl.DataFrame, start: datetime) -> pl.DataFrame:
    """The rows of each week spread over the days of work of its seven days, with how long the model took."""
    a_day = rows.filter(pl.col("week") == 0).height // 7 + 1
    place = pl.int_range(pl.len()).over("week")
    week, day = pl.col("week").cast(pl.Int64), place // a_day
    within = (place % a_day) * (DAY_AT_WORK // timedelta(microseconds=1) // a_day)
    moment = microseconds(start + OPENS) + (week * 7 + day) * 86_400_000_000 + within
    latency = 38 + (pl.col("id") * 7919 % 45) + pl.when(week == 4).then(60).otherwise(0)
    return rows.with_columns(moment.alias("at"), latency.cast(pl.Float64).alias("latency_ms")).with_columns(
        pl.format("case-{}", "id").alias("id")
    )


@dataclass(frozen=True)
class _Sent:
    """A file that the pipeline of the outreach teams sends."""

    at: datetime
    kind: BatchKind
    rows: pl.DataFrame
    filename: str


def _everything(rows: pl.DataFrame, start: datetime) -> Iterator[_Sent]:
    """The answers of each week the day after it; in the third a branch is missing, and sends its whole week later.

    What came of a week follows, and apart from both, every second week, the sex of the people.
    """
    for week in range(WEEKS):
        after, of_week = start + (week + 1) * WEEK + timedelta(hours=2), rows.filter(pl.col("week") == week)
        sent = of_week[LATE:] if week == MISSED else of_week
        yield _Sent(after, BatchKind.INFERENCES, _inferences(sent), f"week-{week + 1}.parquet")
        if week == MISSED:
            whole = _inferences(of_week)
            yield _Sent(after + WEEK + timedelta(hours=1), BatchKind.INFERENCES, whole, "branch-week-3.parquet")
        if week % 2:
            people = rows.filter(pl.col("week").is_in([week - 1, week])).select("id", "sex")
            yield _Sent(after + timedelta(hours=2), BatchKind.ATTRIBUTES, people, f"people-{week + 1}.parquet")
        if after + LABELLED_AFTER <= start + WEEKS * WEEK:
            labels = of_week.select("id", pl.col("employed").alias("label"))
            yield _Sent(after + LABELLED_AFTER, BatchKind.LABELS, labels, f"outcomes-{week + 1}.parquet")


def _send(place: Workplace, by: Actor, sent: _Sent) -> Received:
    return record_production(
        place.store,
        place.ledger,
        place.files,
        model=MODEL,
        kind=sent.kind,
        rows=sent.rows.to_arrow(),
        version=VERSION if sent.kind is BatchKind.INFERENCES else None,
        sent=Sent(sent.filename),
        actor=by,
        at=sent.at,
    )


def _measure(place: Workplace, by: Actor, rows: pl.DataFrame, at: datetime) -> None:
    """How long the model took, day by day."""
    a_day = 86_400_000_000
    days = rows.group_by(pl.col("at") // a_day).agg(pl.col("latency_ms").quantile(0.95).alias("p95"), pl.len())
    points = [
        NewPoint(name, value, instant((day + 1) * a_day), MODEL, VERSION, unit=unit)
        for day, p95, answers in days.sort("at").iter_rows()
        for name, value, unit in (("latency_p95", p95 / 1000, "seconds"), ("requests", float(answers), ""))
    ]
    record_metrics(place.store, place.ledger, points, actor=by, at=at)


def _inferences(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "id",
        "at",
        "prediction",
        pl.col("predicted_probability").alias("score"),
        "age",
        "schooling",
        "marital_status",
        "latency_ms",
    )
