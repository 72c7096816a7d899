"""A model in production whose data are declared and checked, and Employment MA as its data."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from sqlmodel import select

from core.access.rules import SYSTEM, Actor, Role
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.ledger.service import Ledger
from core.monitoring.checks.queries import ResultRow, results
from core.monitoring.checks.service import Ran, perform_monitor
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.service import record_production
from core.policy.rules import Task
from core.policy.service import default_policy_text, publish
from core.store import EvidenceFiles, Store
from core.store.types import microseconds
from tests.builders import NOON, Cast, a_cast, a_version

DATA = Path(__file__).parent.parent / "data"
START = datetime(2026, 11, 1, tzinfo=UTC)
FEATURES = ("AGEP", "SCHL", "MAR", "RELP", "DIS", "ESP", "CIT", "MIG", "MIL", "ANC", "NATIVITY", "DEAR", "DEYE", "DREM",
            "SEX", "RAC1P")  # fmt: skip
EMPLOYMENT = MonitoredData(
    Task.BINARY, "1", features=FEATURES, categorical=FEATURES[1:], sensitive=("SEX", "RAC1P"),
    because={"SEX": "Groups are compared by it.", "RAC1P": "Groups are compared by it."},
)  # fmt: skip


def monitors(*clauses: str) -> str:
    """A policy with these monitors and no others."""
    before = default_policy_text().split("# ---- monitoring")[0]
    return before + "".join(f"\n[[monitor]]\n{clause.strip()}\n" for clause in clauses)


def monitor(clause: str, kind: str, metric: str, chunk: str, threshold: str, severity: str = "high") -> str:
    """One clause; `threshold` is what follows the word, with its own keys."""
    return (
        f'clause = "{clause}"\nkind = "{kind}"\nmetric = "{metric}"\ntitle = "{metric} of {kind}"\nchunk = "{chunk}"\n'
        f'threshold = {threshold}\nseverity = "{severity}"'
    )


def at_most(value: float) -> str:
    return f'"fixed"\ndirection = "at most"\nvalue = {value}'


def at_least(value: float) -> str:
    return f'"fixed"\ndirection = "at least"\nvalue = {value}'


@dataclass
class Watch:
    """A model in production and what is known of it."""

    store: Store
    ledger: Ledger
    files: EvidenceFiles
    cast: Cast
    model: str
    version: str
    now: datetime = NOON
    environment: str = "production"

    def policy(self, text: str) -> None:
        with self.store.transaction() as tx:
            text = text.replace('version = "2026.1"', f'version = "{self.now:%j.%H%M%S}"', 1)
            publish(tx, self.ledger, text, actor=SYSTEM, at=self.now)

    def declare(self, data: MonitoredData = EMPLOYMENT) -> None:
        declare_monitored(
            self.store, self.ledger, model=self.model, data=data, expected_revision=0, actor=self.owner, at=self.now
        )

    @property
    def owner(self) -> Actor:
        return Actor(self.cast.owner.id, frozenset({Role.OWNER, Role.DEVELOPER}))

    def take(self, kind: BatchKind, rows: pa.Table | pl.DataFrame, **given: Any) -> None:
        if isinstance(rows, pl.DataFrame):
            rows = rows.to_arrow()
        if kind is BatchKind.INFERENCES:
            given.setdefault("version", self.version)
        record_production(
            self.store, self.ledger, self.files, model=self.model, kind=kind, rows=rows, actor=self.owner,
            at=self.now, **given,
        )  # fmt: skip

    def run(self, slot: str = "PB0001") -> Ran:
        return perform_monitor(
            self.store, self.ledger, self.files, slot=f"{self.model} production {slot}", clock=lambda: self.now
        )

    def results(self, **narrowed: Any) -> tuple[ResultRow, ...]:
        with self.store.reading() as session:
            return results(session, self.model, "production", **narrowed)


def make_watch(store: Store, ledger: Ledger, folder: Path) -> Watch:
    cast = a_cast(store)
    model, version = a_version(store, cast)
    point_at_version(store, cast, model)
    return Watch(store, ledger, EvidenceFiles(folder / "evidence"), cast, model, version)


def point_at_version(store: Store, cast: Cast, model: str) -> None:
    """Bring its version into production, without the votes that lead there."""
    with store.transaction() as tx:
        row = tx.session.exec(select(Model).where(Model.number == model)).one()
        of = tx.session.exec(select(ModelVersion).where(ModelVersion.model_id == row.id)).one()
        tx.session.add(
            ProductionPointer(model_id=row.id or 0, version_id=of.id or 0, since=START, moved_by=cast.owner.id)
        )


@pytest.fixture
def watch(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Watch:
    return make_watch(sqlite_store, ledger, tmp_path)


@pytest.fixture
def watch_on_both(store: Store, ledger: Ledger, tmp_path: Path) -> Watch:
    return make_watch(store, ledger, tmp_path)


def employment(first: int = 0, count: int | None = None, *, apart: timedelta = timedelta(seconds=7)) -> pl.DataFrame:
    """Rows of the years from 2016 on in their order, with a label and a moment each, so far apart."""
    rows = pl.read_parquet(DATA / "employment_ma_all_years.parquet").slice(68_785)
    moments = pl.int_range(pl.len(), dtype=pl.Int64) * (apart // timedelta(microseconds=1)) + microseconds(START)
    return _named(rows).with_columns(moments.alias("at")).slice(first, count)


def employment_reference() -> pl.DataFrame:
    """The 68,785 rows of 2015, with labels."""
    return _named(pl.read_parquet(DATA / "employment_ma_all_years.parquet").slice(0, 68_785)).rename(
        {"employed": "label"}
    )


def inferences_of(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("employed")


def labels_of(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("id", pl.col("employed").alias("label"))


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    ids = pl.format("e-{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(6)).alias("id")
    return rows.with_columns(ids).rename({"predicted_probability": "score"}).drop("year")
