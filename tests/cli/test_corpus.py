"""The corpus on the command line, one file a reason: exit code 2 with its place on standard error, or taken as is."""

from pathlib import Path

import pytest

from app.cli.main import main
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping, safe_label
from tests.uploads.corpus import (
    DECLARED,
    FULL_BOMBS,
    GOOD_FILES,
    JSON_FILES,
    MAPPING,
    ROLES,
    SCANT,
    SOUND,
    TABLES,
    Bad,
    Good,
    Sound,
    one_of_each,
)
from tests.uploads.corpus.cases import GOOD, rows
from tests.uploads.corpus.json_files import HOSTILE, SCENARIO_FILES

FURTHER = {
    EvidenceKind.ATTRIBUTIONS: "--attributions",
    EvidenceKind.PERTURBED: "--perturbed",
    EvidenceKind.SCENARIOS: "--scenarios",
}
FINE = rows(GOOD.strip(), "2,1,1,0.75,fine")


def options(mapping: ColumnMapping) -> list[str]:
    """A mapping in the words of `submit` and `check`."""
    single = {
        "--label": mapping.label,
        "--prediction": mapping.prediction,
        "--score": mapping.score,
        "--positive": mapping.positive_label,
        "--row-id": mapping.row_id,
        "--task": mapping.task,
        "--audit-sex": mapping.audit_sex,
        "--audit-because": mapping.audit_because,
    }
    many = {
        "--sensitive": mapping.sensitive,
        "--feature": mapping.features,
        "--control": mapping.controls,
        "--class-probability": mapping.probabilities,
    }
    words = [f"{name}={value}" for name, value in single.items() if value]
    words += [f"{name}={value}" for name, values in many.items() for value in values]
    return words + (["--probability"] if mapping.score_is_probability else [])


def written(folder: Path, filename: str, content: bytes) -> str:
    path = folder / safe_label(filename)
    path.write_bytes(content)
    return str(path)


def check(folder: Path, case: Bad | Sound, content: bytes) -> int:
    """`countersign check` on the file, or on sound predictions with the file beside them."""
    file = written(folder, case.filename, content)
    if case.kind is EvidenceKind.PREDICTIONS:
        return main(["check", "default", file, *options(case.mapping)])
    scenario = ["--scenario", case.mapping.scenario] if case.mapping.scenario else []
    fine = written(folder, "fine.csv", FINE)
    return main(["check", "default", fine, *options(MAPPING), *scenario, FURTHER[case.kind], file])


def place(case: Bad) -> str:
    """The place as it is said to people."""
    line = [f"line {case.line}"] if case.line else []
    column = [f"column “{case.column}”"] if case.column else []
    return ", ".join([*line, *column])


def assert_said(err: str, case: Bad) -> None:
    """The first problem is on standard error, with file, place and reason."""
    first = next(line for line in err.splitlines() if case.reason in line)
    assert safe_label(case.filename) in first
    assert place(case) in first
    assert case.found in first


@pytest.mark.parametrize("case", one_of_each([*TABLES, *FULL_BOMBS]), ids=lambda case: case.name)
def test_a_file_that_is_no_table_exits_with_2_and_says_where(
    case: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["assess", "quality", written(tmp_path, case.filename, case.bytes())])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert_said(err, case)


@pytest.mark.parametrize("case", one_of_each([*DECLARED, *JSON_FILES]), ids=lambda case: case.name)
def test_a_file_that_is_not_what_was_declared_exits_with_2_and_says_where(
    case: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check(tmp_path, case, case.bytes())

    assert code == 2
    assert_said(capsys.readouterr().err, case)


@pytest.mark.parametrize("case", [case for case in ROLES if case.mapping.task != "clustering"], ids=lambda c: c.name)
def test_a_declaration_that_makes_no_sense_exits_with_2(
    case: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, case, case.bytes()) == 2
    assert_said(capsys.readouterr().err, case)


def test_a_task_that_is_none_exits_with_2(tmp_path: Path) -> None:
    case = next(case for case in ROLES if case.mapping.task == "clustering")

    with pytest.raises(SystemExit) as ended:
        check(tmp_path, case, case.bytes())

    assert ended.value.code == 2


@pytest.mark.parametrize("case", one_of_each([*HOSTILE, *SCENARIO_FILES]), ids=lambda case: case.name)
def test_json_that_two_readers_could_read_differently_is_no_attachment_either(
    case: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, fine = written(tmp_path, case.filename, case.bytes()), written(tmp_path, "fine.csv", FINE)
    words = {EvidenceKind.ATTRIBUTIONS: ["explain", fine, "--features", "note", "--attributions", file]}
    words[EvidenceKind.SCENARIOS] = ["stress", fine, "--label", "label", "--prediction", "prediction"]

    code = main(["assess", *words[case.kind], *(["--scenarios", file] if case.kind is EvidenceKind.SCENARIOS else [])])

    assert code == 2
    assert case.kind.value in capsys.readouterr().err


@pytest.mark.parametrize("case", GOOD_FILES, ids=lambda case: case.name)
def test_a_sound_file_is_read(case: Good, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["assess", "quality", written(tmp_path, "data.csv", case.content)])

    assert code in (0, 1, 3)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_a_file_that_holds_what_was_declared_is_judged(
    case: Sound, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check(tmp_path, case, case.content)

    assert code in (0, 1, 3), capsys.readouterr().err


@pytest.mark.parametrize(("name", "content"), SCANT, ids=[name for name, _ in SCANT])
def test_a_sound_file_that_carries_too_little_is_insufficient_evidence(
    name: str, content: bytes, tmp_path: Path
) -> None:
    file = written(tmp_path, "predictions.csv", content)

    assert main(["check", "default", file, *options(MAPPING)]) == 3
