"""Small files for the tests of data quality."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

EXAMPLE = Path(__file__).parents[2] / "app/example/data"
EMPLOYMENT_2015 = EXAMPLE / "employment_ma_2015.parquet"
EMPLOYMENT_2016 = EXAMPLE / "employment_ma_2016.parquet"
EMPLOYMENT = {
    "label": "employed",
    "prediction": "prediction",
    "score": "predicted_probability",
    "row_id": "case_id",
}


def csv_file(tmp_path: Path, text: str, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def parquet_file(tmp_path: Path, table: pd.DataFrame | pa.Table, name: str = "rows.parquet") -> Path:
    path = tmp_path / name
    held = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    pq.write_table(held, path)
    return path


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every value as the text it is written by, as evidence handed in as CSV is kept."""
    return frame.map(lambda value: None if pd.isna(value) else str(value)).astype(object)
