"""`countersign events submit` against a real server: from any of its formats, once each, and on where it stopped."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import countersign_client.events
import countersign_client.server
from app.cli import main
from core.ledger.batches.queries import batches, find_event
from tests.api.serving import Served, make_template, serving

MOMENT = "2026-11-20T12:00:00+00:00"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def served(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(template, tmp_path_factory.mktemp("served") / "data") as found:
        yield found


@pytest.fixture(autouse=True)
def _towards(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(countersign_client.server, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(countersign_client.events, "MOST_ROWS", 10)
    monkeypatch.setenv("COUNTERSIGN_URL", served.url)
    monkeypatch.setenv("COUNTERSIGN_TOKEN", served.world.token().secret)


def lines(prefix: str, count: int, **more: object) -> list[dict[str, object]]:
    return [{"id": f"{prefix}-{n}", "at": MOMENT, "output": "approve", **more} for n in range(count)]


def a_file(path: Path, events: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return str(path)


def recorded(served: Served) -> int:
    with served.world.place.store.reading() as session:
        return sum(row.rows for row in batches(session, limit=200).rows)


def test_json_lines_go_in_once_in_pieces(served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, before = a_file(tmp_path / "a.jsonl", lines("json", 25, input={"age": 41})), recorded(served)

    assert main(["events", "submit", file]) == 0
    assert "25 events recorded." in capsys.readouterr().out
    assert main(["events", "submit", file]) == 0
    assert "0 events recorded, 25 were on record." in capsys.readouterr().out
    assert recorded(served) - before == 25
    assert not (tmp_path / "a.jsonl.sent").exists()


def test_csv_and_parquet_hold_the_same_events(served: Served, tmp_path: Path) -> None:
    rows = [{**one, "duration": 12, "input": '{"age": 41}', "model": "M0001"} for one in lines("table", 12)]
    pl.DataFrame(rows).write_csv(tmp_path / "a.csv")
    pl.DataFrame(rows).with_columns(pl.col("at").str.to_datetime(time_zone="UTC")).write_parquet(tmp_path / "a.parquet")
    before = recorded(served)

    assert main(["events", "submit", str(tmp_path / "a.csv")]) == 0
    assert main(["events", "submit", str(tmp_path / "a.parquet")]) == 0

    assert recorded(served) - before == 12
    with served.world.place.store.reading() as session:
        body = find_event(session, served.world.place.events, "table-3").body
    assert json.loads(body)["form"] == "commitment"


def test_a_pipe_is_read_too(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "".join(json.dumps(one) + "\n" for one in lines("pipe", 3)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))

    assert main(["events", "submit", "-", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["recorded"] == 3


def test_it_goes_on_after_the_line_that_was_wrong(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = lines("broken", 25)
    events[14]["duration"] = "long"
    file = a_file(tmp_path / "a.jsonl", events)

    assert main(["events", "submit", file]) == 2
    assert "line 15, column “duration”: not a whole number of microseconds" in capsys.readouterr().err
    assert json.loads((tmp_path / "a.jsonl.sent").read_text())["line"] == 10

    sent = tmp_path / "a.jsonl.sent"
    told = json.loads(sent.read_text())
    events[14]["duration"] = 12_345
    a_file(tmp_path / "a.jsonl", events)
    stat = (tmp_path / "a.jsonl").stat()
    sent.write_text(json.dumps({**told, "file": [stat.st_size, stat.st_mtime_ns]}))  # as if nothing else had changed
    assert main(["events", "submit", file]) == 0
    assert "15 events recorded, 10 were on record." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.csv",
            "id,at\na,2026-11-20T12:00:00+00:00,x\n",
            "line 2: not as many cells as columns, found 3 cells, expected 2",
        ),
        ("a.csv", "id,at,duration\na,2026-11-20T12:00:00+00:00,x\n", "line 2, column “duration”: not a whole number"),
        ("a.csv", "id,at,input\na,1,{\n", "line 2, column “input”: not JSON"),
        ("a.csv", "id,at,colour\na,1,red\n", "line 2, column “colour”: field is not known"),
        ("a.csv", "id,id\na,b\n", "line 1: a column without a name, or two of one name"),
        ("a.parquet", "PAR1", "not a Parquet file"),
        ("a.xlsx", "", "what it holds cannot be told from its name"),
        ("a.jsonl", "{\n", "line 1: not JSON"),
    ],
)
def test_what_cannot_be_read_is_named_by_line(
    tmp_path: Path, name: str, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(content)

    assert main(["events", "submit", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err
