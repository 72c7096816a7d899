"""Bike sharing in Washington (Fanaee-T and Gama 2013) month by month, against the values that Evidently gives."""

import polars as pl
import pytest

from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.policy.rules import Task
from tests.drift.evidently_scores import of_evidently
from tests.monitoring_checks.conftest import DATA, Watch, at_least, at_most, monitor, monitors

COLUMNS = ("temp", "atemp", "hum", "windspeed")
POLICY = monitors(
    monitor("20.1", "drift", "wasserstein", "1 month", at_most(0.1)),
    monitor("20.2", "drift", "jensen_shannon", "1 month", at_most(0.1)),
    monitor("20.3", "drift", "psi", "1 month", at_most(0.1)),
    monitor("20.4", "volume", "rows", "1 month", at_least(600)),
    monitor("20.5", "performance", "mean_absolute_error", "1 month", at_most(40)),
)
THEIRS = {
    "20.1": "wasserstein",
    "20.2": "jensenshannon",
    "20.3": "psi",
}


def hours() -> pl.DataFrame:
    """Every hour with its weather; who is registered stands in for a prediction of how many ride."""
    rows = pl.read_parquet(DATA / "bike_sharing_hours.parquet")
    moment = pl.format("{} {}:00:00", "dteday", pl.col("hr").cast(pl.String).str.zfill(2)).str.to_datetime(
        time_zone="UTC"
    )
    return rows.select(
        pl.format("h-{}", pl.int_range(pl.len())).alias("id"),
        moment.alias("at"),
        pl.col("registered").alias("prediction"),
        pl.col("cnt").alias("label"),
        *COLUMNS,
    )


def test_drift_month_by_month_is_that_of_evidently(watch: Watch) -> None:
    rows = hours()
    january = rows.filter(pl.col("at").dt.strftime("%Y-%m") == "2011-01")
    watch.policy(POLICY)
    watch.declare(MonitoredData(Task.REGRESSION, features=COLUMNS))
    watch.take(BatchKind.REFERENCE, january)
    watch.take(BatchKind.INFERENCES, rows.drop("label"))
    watch.take(BatchKind.LABELS, rows.select("id", "label"))
    watch.run()

    months = {one: part for (one,), part in rows.group_by(pl.col("at").dt.strftime("%Y-%m"), maintain_order=True)}
    for clause, test in THEIRS.items():
        for found in watch.results(clause=clause):
            month = months[f"{found.starts_at:%Y-%m}"]
            theirs = of_evidently(test, january[found.subject].to_numpy(), month[found.subject].to_numpy())
            assert found.value == pytest.approx(theirs, rel=1e-12, abs=1e-12)
    # the totals of the file: 17,379 hours in two years, 3,292,679 rides of which 620,017 are not registered
    assert [one.value for one in watch.results(clause="20.4")] == [float(part.height) for part in months.values()]
    errors = watch.results(clause="20.5")
    assert sum((one.value or 0) * one.rows for one in errors) == pytest.approx(620_017)
    assert [len(watch.results(clause=clause)) for clause in THEIRS] == [24 * len(COLUMNS)] * 3
