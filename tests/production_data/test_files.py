"""Files of production data are read strictly in every form, and one that is refused is on record."""

import json
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from core.errors import Unreadable
from core.ledger.queries import entries
from core.monitoring.intake.filing import Delivery, take_file, take_points
from core.monitoring.intake.points import PointsReceived
from core.monitoring.intake.queries import points_between, series_of
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.taking import Received
from core.store.types import instant
from tests.builders import NOON
from tests.production_data.conftest import HOUR, PIPELINE, START, Line, inferences

CSV = (
    "id,at,prediction,score,income,code\n"
    "0001,2026-11-10T12:00:00Z,1,0.9,1000,07\n"
    "0002,2026-11-10T14:00:00+01:00,0,0.2,,08\n"
)
OPENMETRICS = """# HELP psi Population stability index
# TYPE psi gauge
psi{feature="age",model="M0001",version="1.0.0"} 0.1 1794830400
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.5"} 3
latency_seconds_bucket{le="+Inf"} 4
latency_seconds_count 4
latency_seconds_sum 1.2
# EOF
"""


def give(line: Line, name: str, content: str | bytes, kind: BatchKind = BatchKind.INFERENCES) -> Received:
    path = line.files.folder / "given"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    version = line.version if kind is BatchKind.INFERENCES else None
    delivery = Delivery(path, name, line.model, version)
    return take_file(line.store, line.ledger, line.files, delivery, kind, actor=PIPELINE, at=NOON)


def points(line: Line, content: str, *, version: str | None = None) -> PointsReceived:
    path = line.files.folder / "points"
    path.write_text(content)
    return take_points(line.store, line.ledger, Delivery(path, "p", line.model, version), actor=PIPELINE, at=NOON)


def test_csv_keeps_ids_and_codes_and_reads_numbers(small_line: Line) -> None:
    give(small_line, "day.csv", CSV)

    rows = small_line.all()

    assert rows["id"] == ["0001", "0002"]
    assert rows["at"][1] - rows["at"][0] == HOUR
    assert rows["income"] == [1000, None]
    assert rows["code"] == ["07", "08"]
    assert rows["score"] == [0.9, 0.2]


def test_the_same_rows_as_csv_json_and_parquet_are_the_same_content(small_line: Line) -> None:
    table = inferences(3)
    path = small_line.files.folder / "day.parquet"
    pq.write_table(table, path)
    lines = "\n".join(json.dumps(row) for row in table.to_pylist())
    names = table.column_names
    csv = "\n".join([",".join(names), *(",".join(str(row[name]) for name in names) for row in table.to_pylist())])

    given = [
        give(small_line, "day.parquet", path.read_bytes()),
        give(small_line, "day.jsonl", lines),
        give(small_line, "day.csv", csv + "\n"),
        give(small_line, "day.json", json.dumps(table.to_pylist())),
    ]

    assert [(one.rows, one.repeated) for one in given] == [(3, 0), (0, 3), (0, 3), (0, 3)]


NOT_AS_THEY_SHOULD_BE: list[tuple[str, str | bytes, str]] = [
    ("day.csv", CSV.replace("0.2", "high"), "line 3, column “score”: not a number, found “high”"),
    ("day.csv", CSV.replace("0.2,", "0.2,1,"), "line 3"),
    ("day.parquet", CSV, "the name and the content disagree"),
    ("day.parquet", b"PAR1" + b"\0" * 40 + b"PAR1", "damaged"),
    ("day.jsonl", '{"id": "a"}\n{"id": ', "line 2: not JSON"),
    ("day.jsonl", '{"id": "a", "at": 1, "score": {"x": 1}}', "line 1, column “score”: holds no single value"),
    ("day.jsonl", '{"id": "a", "at": 1}\n{"id": 2, "at": 1}', "line 2, column “id”: another kind of value"),
    ("day.zip", b"PK\x03\x04" + b"\0" * 40, "a ZIP archive"),
]


def test_a_file_that_is_not_as_it_should_be_is_refused_by_place(small_line: Line) -> None:
    for name, content, words in NOT_AS_THEY_SHOULD_BE:
        with pytest.raises(Unreadable, match=words):
            give(small_line, name, content)

    count = len(NOT_AS_THEY_SHOULD_BE)
    with small_line.store.reading() as session:
        assert [row.action for row in entries(session, limit=count).rows] == ["production.refused"] * count


def test_parquet_that_unfolds_without_end_is_refused(small_line: Line, tmp_path: Path) -> None:
    import pyarrow as pa

    text = pa.array(["x" * 1_000_000]).dictionary_encode()
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000), text.dictionary)
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"id": rows}), path)

    with pytest.raises(Unreadable, match="unfolds into far more"):
        give(small_line, "bomb.parquet", path.read_bytes())


def test_openmetrics_says_what_its_points_are_of(small_line: Line) -> None:
    received = points(small_line, OPENMETRICS)

    assert received == PointsReceived(5, 0, 5)
    with small_line.store.reading() as session:
        (psi,) = points_between(session, "M0001", "production", "psi", instant(0), NOON)
        found = {(one.name, one.labels.get("le", "")): one for one in series_of(session, "M0001", "production")}
    assert (psi.value, psi.version, dict(psi.labels)) == (0.1, "1.0.0", {"feature": "age"})
    assert found["latency_seconds_bucket", "+Inf"].unit == "seconds"
    assert found["latency_seconds_sum", ""].last_at == NOON


def test_points_come_as_json_too(small_line: Line) -> None:
    lines = '{"name": "psi", "value": 0.5, "at": "2026-11-10T12:00:00Z"}\n{"name": "psi", "value": 1}\n'

    assert points(small_line, lines, version="1.0.0").points == 2
    assert points(small_line, f'[{{"name": "psi", "value": 3, "at": {START}}}]').series == 1


NO_POINTS = [
    ("psi 1\n", "not OpenMetrics text"),
    (OPENMETRICS.replace("0.1 ", "NaN "), "line 3, column “value”: not a number"),
    ('{"name": "psi"}', "line 1, column “value”: missing or not as it should be"),
    ('{"name": "psi", "value": 1}\n{"name": "psi", "value": 1, "at": "noon"}', "line 2, column “at”"),
    ('{"name": "psi", "value": 1, "colour": "red"}', "an unknown key of a point"),
]


def test_what_are_no_points_is_refused(small_line: Line) -> None:
    for content, words in NO_POINTS:
        with pytest.raises(Unreadable, match=words):
            points(small_line, content)
