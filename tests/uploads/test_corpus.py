"""Every file of the corpus meets its outcome, and a refusal leaves nothing behind."""

import json
import resource
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from core.errors import Problem, Unreadable
from core.frames.scenarios import read_scenarios
from core.validation.intake import refuse_unsound
from core.validation.rules import EvidenceKind
from core.validation.uploads import (
    ColumnMapping,
    Limits,
    declare,
    guess_mapping,
    json_to_parquet,
    preflight,
    read_json,
    safe_label,
    to_parquet,
)
from core.validation.uploads.strict_json import loads
from tests.uploads.corpus import BAD, BOMBS, FILE_NAMES, GOOD_FILES, MAPPING, SYNTAX, Bad, Good

DEFAULT = Limits()
TIGHT = Limits(decoded_floor=16 << 20, child_seconds=2)
FEWEST = 60  # files that this corpus promises


def _take_in(source: Path, case: Bad, limits: Limits) -> None:
    """As the service does: preflight, then what was declared, then the table; attributions and scenarios as theirs."""
    table = source.with_name("table.parquet")
    if case.kind is EvidenceKind.SCENARIOS:
        read_json(source)
        read_scenarios(source)
    elif case.kind is EvidenceKind.ATTRIBUTIONS:
        json_to_parquet(source, table)
        table = table.rename(source.with_name("attributions"))
        refuse_unsound(table, case.mapping)
    else:
        found = preflight(source, filename=case.filename, limits=limits)
        declare(source, found, case.mapping, limits=limits)
        to_parquet(source, table, found, case.mapping, limits=limits)


def _refused(case: Bad, folder: Path, limits: Limits = DEFAULT) -> tuple[Problem, ...]:
    source = folder / "upload"
    source.write_bytes(case.bytes())
    with pytest.raises(Unreadable) as refusal:
        _take_in(source, case, limits)
    return refusal.value.problems


def test_the_corpus_is_as_large_as_it_promises() -> None:
    files = [*BAD, *BOMBS]

    assert len({case.name for case in files}) == len(files) >= FEWEST


@pytest.mark.row("bad-input corpus")
@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_a_bad_file_is_refused_with_its_place_and_leaves_nothing(case: Bad, tmp_path: Path) -> None:
    problems = _refused(case, tmp_path)

    first = problems[0]
    assert case.reason in first.reason
    assert (first.line, first.column) == (case.line, case.column)
    assert case.found in first.found
    assert {path.name for path in tmp_path.iterdir()} <= {"upload", "attributions"}


@pytest.mark.row("bombs")
@pytest.mark.parametrize("case", BOMBS, ids=lambda case: case.name)
def test_a_bomb_is_refused_within_two_seconds_of_processor_time(case: Bad, tmp_path: Path) -> None:
    content = case.bytes()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    problems = _refused(replace(case, content=content), tmp_path, TIGHT)

    assert case.reason in problems[0].reason  # a child beyond its two seconds is killed, which gives another reason
    assert len(content) < 1 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 64 * 1024
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


@pytest.mark.row("bad-input corpus")
@pytest.mark.parametrize("case", GOOD_FILES, ids=lambda case: case.name)
def test_a_sound_file_is_kept_to_the_byte(case: Good, tmp_path: Path) -> None:
    source, table = tmp_path / "upload", tmp_path / "table.parquet"
    source.write_bytes(case.content)

    found = preflight(source, filename="predictions.csv")
    to_parquet(source, table, found, ColumnMapping())

    kept = pl.read_parquet(table)
    assert {name: kept[name].to_list() for name in case.cells} == case.cells
    assert found.rows == kept.height
    assert set(kept.dtypes) == {pl.String}


@pytest.mark.parametrize(("filename", "shown"), FILE_NAMES, ids=[repr(name)[:30] for name, _ in FILE_NAMES])
def test_a_file_name_is_shown_harmlessly(filename: str, shown: str) -> None:
    label = safe_label(filename)

    assert label == shown
    assert len(label) <= 100


@pytest.mark.parametrize(
    ("content", "reason", "line", "place"), [case[1:] for case in SYNTAX], ids=[c[0] for c in SYNTAX]
)
def test_bad_json_is_refused_with_its_position(content: bytes, reason: str, line: int, place: str | None) -> None:
    with pytest.raises(Unreadable) as refusal:
        loads(content)

    (problem,) = refusal.value.problems
    assert reason in problem.reason
    assert (problem.line, problem.column) == (line, place)


@pytest.mark.parametrize(
    "content",
    [b'{"a": [1, -0.5, 1e3, true, false, null, "x\\n\\u00e9\\ud83d\\ude00"]}', b" [] ", b'"\xc3\xa9"', b"-0", b"{}"],
)
def test_sound_json_reads_as_the_standard_library_reads_it(content: bytes) -> None:
    assert loads(content) == json.loads(content)


def test_all_problems_come_at_once_up_to_fifty(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_text("a,b\n" + "1,2\n1\n1,2,3\n" * 40)

    with pytest.raises(Unreadable) as refusal:
        preflight(source, filename="x.csv")

    lines = [problem.line for problem in refusal.value.problems]
    assert len(lines) == 50
    assert lines[:4] == [3, 4, 6, 7]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(b'a,b\n"one\ntwo\nthree",1\nx\n')

    with pytest.raises(Unreadable) as refusal:
        preflight(source, filename="x.csv")

    assert refusal.value.problems[0].line == 5


def test_a_refusal_does_not_repeat_personal_data(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_text("id,label,prediction,score,note\n1,1,1,jane.roe@example.com,x\n")

    found = preflight(source, filename="x.csv")
    with pytest.raises(Unreadable) as refusal:
        declare(source, found, MAPPING)

    assert "jane.roe" not in str(refusal.value)
    assert "[e-mail address]" in refusal.value.problems[0].found


def test_a_preview_does_not_show_personal_data(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_text("contact,b\njane.roe@example.com,1\n")

    found = preflight(source, filename="x.csv")

    assert "jane" not in repr(found)
    assert guess_mapping(found).label is None
