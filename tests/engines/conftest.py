"""The same tables in every engine: a Parquet file, Polars, Spark in local mode and a real PostgreSQL through Ibis."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from core.frames.engines import Source
from tests.postgresql import Server

if TYPE_CHECKING:
    import ibis
    from pyspark.sql import SparkSession

EXAMPLE = Path(__file__).resolve().parents[2] / "app" / "example" / "data"
Placed = Callable[[str], Source]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkSession]":
    folder = tmp_path_factory.mktemp("spark")
    settings = folder / "log4j2.properties"
    settings.write_text("rootLogger.level = error\n")
    java = f"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile={settings}"
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("countersign tests")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "512m",
        "spark.driver.extraJavaOptions": java,
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.caseSensitive": "true",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "local"),
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: Server) -> str:
    return postgresql_server.another("warehouse")


@pytest.fixture(scope="session")
def postgresql(postgresql_url: str) -> "Iterator[ibis.BaseBackend]":
    import ibis

    connection = ibis.connect(postgresql_url)
    yield connection
    connection.disconnect()


def compas() -> pl.DataFrame:
    """Northpointe's published scores as CSV writes them: every value is text."""
    return pl.read_csv(EXAMPLE / "compas_for_aequitas.csv", infer_schema=False)


def employment() -> pl.DataFrame:
    """A model of employment in Massachusetts: 68,785 rows with typed columns."""
    return pl.read_parquet(EXAMPLE / "employment_ma_2015.parquet")


def odd() -> pl.DataFrame:
    """12,000 rows with what engines disagree on: NULL, NaN, infinities, extremes, ties, many categories, odd types."""
    n, inf, nan = 12_000, float("inf"), float("nan")
    strange = [0.0, -0.0, nan, inf, -inf, None, 5e-324, -5e-324, 1.7976931348623157e308, 2.2250738585072014e-308]
    cancelling = [1e16, 1.0, -1e16, 0.1]
    return pl.DataFrame(
        {
            "y": pl.Series([at % 3 == 0 for at in range(n)]),
            "predicted": pl.Series([("1", "0", "1.0", "+1e0", "0")[at % 5] for at in range(n)]),
            "truth": pl.Series([1.0 if at % 3 else 0.0 for at in range(n)], dtype=pl.Float32),
            "score": pl.Series([(at * at % 37) / 37 for at in range(n)]),
            "strange": pl.Series([strange[at % len(strange)] for at in range(n)]),
            "cancelling": pl.Series([cancelling[at % 4] * (at + 1) for at in range(n)]),
            "powers": pl.Series([(-1.0) ** at * 2.0 ** (at % 200 - 100) for at in range(n)]),
            "near": pl.Series([1e9 + (at % 7) * 0.001 for at in range(n)]),
            "single": pl.Series([None if at % 11 == 0 else at / 10 for at in range(n)], dtype=pl.Float32),
            "unsigned": pl.Series([None if at % 13 == 0 else 2**53 + at % 5 for at in range(n)], dtype=pl.UInt64),
            "small": pl.Series([at % 256 for at in range(n)], dtype=pl.UInt8),
            "money": pl.Series([f"{at % 97}.50" for at in range(n)]).cast(pl.Decimal(12, 2)),
            "written": pl.Series([(" 1", "2.50", "-3e2", "", "  ", None, "007")[at % 7] for at in range(n)]),
            "code": pl.Series(["1_000" if at % 2 else "12" for at in range(n)]),
            "many": pl.Series([f"C{at % 10_000:05}" for at in range(n)]),
            "group": pl.Series(
                [("Ä", "a", "A", " a", "", None, "\t", "NA", "O'Neil", "“x”")[at % 10] for at in range(n)]
            ),
            "Group": pl.Series(["x" if at % 2 else None for at in range(n)]),
            "day": pl.Series([date(2026, 1, 1 + at % 3) for at in range(n)]),
            "nothing": pl.Series([None] * n, dtype=pl.Float64),
            "constant": pl.Series([0.1] * n),
        }
    )


TABLES = {"compas": compas, "employment": employment, "odd": odd}


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each table as Parquet."""
    folder = tmp_path_factory.mktemp("tables")
    for name, table in TABLES.items():
        table().write_parquet(folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in TABLES}


@pytest.fixture(scope="session", params=["polars", "spark", "postgresql"])
def engine(request: pytest.FixtureRequest, files: dict[str, Path]) -> Placed:
    """A table by name, in this engine."""
    if request.param == "polars":
        return lambda name: pl.scan_parquet(files[name])
    if request.param == "spark":
        session = request.getfixturevalue("spark")
        return lambda name: session.read.parquet(str(files[name]))
    connection = request.getfixturevalue("postgresql")
    return lambda name: warehoused(connection, name, files[name])


def warehoused(connection: "ibis.BaseBackend", name: str, path: Path) -> "ibis.Table":
    """A table of PostgreSQL, made from the file when it is first asked for."""
    if name not in connection.list_tables():
        rows = pl.read_parquet(path)
        # PostgreSQL has no unsigned numbers.
        rows = rows.cast({column: pl.Int64 for column, kind in rows.schema.items() if kind.is_unsigned_integer()})
        connection.create_table(name, rows.to_arrow())
    return connection.table(name)
