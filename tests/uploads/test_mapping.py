"""What columns are guessed to mean, how a mapping is parsed, and how the table that follows from it is typed."""

import io
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from core.errors import Unreadable
from core.validation.uploads import ColumnMapping, ColumnType, Preflight, declare, guess_mapping, preflight, to_parquet

COMPAS = Path(__file__).parents[2] / "app/example/data/compas_for_aequitas.csv"
COLUMNS = ("id", "y", "p", "s", "race")


def _read(folder: Path, text: str, filename: str = "x.csv") -> tuple[Path, Preflight]:
    source = folder / "upload"
    source.write_text(text)
    return source, preflight(source, filename=filename)


def _employment(folder: Path) -> Path:
    """The columns of the Massachusetts employment set as its Parquet file holds them: categories, floats, integers."""
    frame = pl.DataFrame(
        {
            "id": [0, 1, 2],
            "AGEP": [62.0, 48.0, 47.0],
            "SEX": pl.Series(["1", "2", "1"], dtype=pl.Categorical),
            "RAC1P": pl.Series(["1", "1", "2"], dtype=pl.Categorical),
            "employed": [0, 0, 1],
            "prediction": [0, 1, 1],
            "predicted_probability": [0.121211, 0.816033, 0.951815],
        }
    )
    frame.write_parquet(folder / "upload", use_pyarrow=True)
    return folder / "upload"


def test_the_compas_columns_are_guessed() -> None:
    found = preflight(COMPAS, filename=COMPAS.name)

    mapping = guess_mapping(found)

    assert (found.rows, len(found.columns), found.delimiter) == (7214, 6, ",")
    assert mapping == ColumnMapping(
        label="label_value",
        prediction="score",
        positive_label="1",
        sensitive=("race", "sex", "age_cat"),
        row_id="entity_id",
    )


def test_the_compas_table_holds_one_spelling_of_its_classes(tmp_path: Path) -> None:
    found = preflight(COMPAS, filename=COMPAS.name)
    mapping = guess_mapping(found)

    declare(COMPAS, found, mapping)
    to_parquet(COMPAS, tmp_path / "table.parquet", found, mapping)

    table, source = pl.read_parquet(tmp_path / "table.parquet"), pl.read_csv(COMPAS, infer_schema=False)
    assert table["score"].dtype == table["label_value"].dtype == pl.Int64
    assert table["score"].to_list() == [int(float(text)) for text in source["score"]]
    assert table.drop("score", "label_value").equals(source.drop("score", "label_value"))


def test_the_employment_columns_are_guessed(tmp_path: Path) -> None:
    source = _employment(tmp_path)

    mapping = guess_mapping(preflight(source, filename="employment.parquet"))

    assert (mapping.label, mapping.prediction, mapping.score) == ("employed", "prediction", "predicted_probability")
    assert (mapping.positive_label, mapping.row_id, mapping.score_is_probability) == ("1", "id", True)
    assert mapping.sensitive == ("AGEP", "SEX", "RAC1P")


def test_parquet_categories_become_text(tmp_path: Path) -> None:
    source = _employment(tmp_path)
    found = preflight(source, filename="employment.parquet")

    to_parquet(source, tmp_path / "table.parquet", found, guess_mapping(found))

    table = pl.read_parquet(tmp_path / "table.parquet")
    assert table["SEX"].to_list() == ["1", "2", "1"]
    assert table["predicted_probability"].to_list() == [0.121211, 0.816033, 0.951815]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("target,y_pred,proba", ["yes,no,0.5", "no,yes,0.25"], ("target", "y_pred", "proba", "yes", True)),
        (
            "outcome,decision,risk score",
            ["True,False,7", "False,True,3"],
            ("outcome", "decision", "risk score", "True", False),
        ),
        ("ActualLabel,PredictedLabel,x", ["1,0,7", "0,1,3"], ("ActualLabel", "PredictedLabel", None, "1", False)),
        ("a,b,c", ["1,0,7", "0,1,3"], (None, None, None, "", False)),
    ],
)
def test_names_and_values_lead_the_guess(
    tmp_path: Path, header: str, row: list[str], expected: tuple[str | None, str | None, str | None, str, bool]
) -> None:
    _, found = _read(tmp_path, "\n".join([header, *row]) + "\n")

    guess = guess_mapping(found)

    assert (guess.label, guess.prediction, guess.score, guess.positive_label, guess.score_is_probability) == expected


def test_a_mapping_survives_its_json() -> None:
    mapping = ColumnMapping(
        label="y",
        prediction="p",
        score="s",
        positive_label="1",
        favourable_label="0",
        sensitive=("race",),
        row_id="id",
        numbers=("s",),
        score_is_probability=True,
    )

    assert ColumnMapping.from_json(mapping.to_json(), columns=COLUMNS) == mapping


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"label": "y", "treshold": 0.5}', "an unknown key"),
        ('{"label": "y", "label": "p"}', "a repeated key"),
        ('{"label": 1}', "not a column name"),
        ('{"sensitive": "race"}', "not a list of column names"),
        ('{"sensitive": ["race", 1]}', "not a list of column names"),
        ('{"positive_label": 1}', "the label is not text"),
        ('{"score_is_probability": "yes"}', "neither true nor false"),
        ('["label"]', "not an object"),
        ('{"label": "z", "prediction": "p", "positive_label": "1"}', "the label column is not in the file"),
        ('{"prediction": "p", "sensitive": ["sex"], "positive_label": "1"}', "the sensitive attribute column is not"),
        ('{"label": "y", "positive_label": "1"}', "neither a prediction nor a score"),
        ('{"label": "y", "task": "multiclass"}', "neither a prediction nor a score"),
        (
            '{"label": "y", "task": "multiclass", "probabilities": ["1=s"], "audit_sex": "sex"}',
            "a bias audit has neither a prediction nor a score",
        ),
        ('{"label": "y", "prediction": "p"}', "no positive label"),
        ('{"label": "y", "prediction": "y", "positive_label": "1"}', "one column has two meanings"),
        ('{"prediction": "p", "positive_label": "1", "sensitive": ["p"]}', "one column has two meanings"),
        ('{"prediction": "p", "positive_label": "1", "score_is_probability": true}', "no score column"),
    ],
)
def test_a_wrong_mapping_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        ColumnMapping.from_json(text, columns=COLUMNS)

    assert reason in str(refusal.value)


def test_two_spellings_of_a_number_are_one_class(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,p\n1,1.0\n0,0.0\n")

    declare(source, found, ColumnMapping(label="y", prediction="p", positive_label="1.0"))

    assert ColumnMapping(positive_label="1.0").is_positive("1")
    assert not ColumnMapping(positive_label="1").is_positive("01")


def test_codes_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,p\n01,01\n00,01\n")
    mapping = ColumnMapping(label="y", prediction="p", positive_label="01")

    declare(source, found, mapping)
    to_parquet(source, tmp_path / "table.parquet", found, mapping)

    assert pl.read_parquet(tmp_path / "table.parquet")["y"].to_list() == ["01", "00"]


def test_a_label_of_one_class_is_sound(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,p\n1,1\n1,0\n")

    declare(source, found, ColumnMapping(label="y", prediction="p", positive_label="1"))

    assert found.columns[0].distinct == 1


def test_an_unknown_favourable_label_is_refused(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,p\n1,1\n0,0\n")

    with pytest.raises(Unreadable, match="favourable label does not occur"):
        declare(source, found, ColumnMapping(label="y", prediction="p", positive_label="1", favourable_label="2"))


def test_a_missing_number_is_one_problem_and_not_called_a_word(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,p,s\n1,1,0.5\n0,0,\n")

    with pytest.raises(Unreadable) as refusal:
        declare(source, found, ColumnMapping(label="y", prediction="p", score="s", positive_label="1"))

    assert [(problem.reason, problem.line) for problem in refusal.value.problems] == [("the value is missing", 3)]


def test_a_missing_sensitive_value_is_sound(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,p,race\n1,1,\n0,0,A\n")
    mapping = ColumnMapping(label="y", prediction="p", positive_label="1", sensitive=("race",))

    declare(source, found, mapping)

    assert found.columns[2].missing == 1


def test_a_table_that_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    source, found = _read(tmp_path, "y,n\n1,1\n0,1\n")
    source.write_text("y,n\n1,1\n0,x\n")

    with pytest.raises(Unreadable, match="line 3"):
        to_parquet(source, tmp_path / "table.parquet", found, ColumnMapping(numbers=("n",)))

    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_the_same_file_gives_the_same_table(tmp_path: Path) -> None:
    found = preflight(COMPAS, filename=COMPAS.name)
    mapping = guess_mapping(found)

    for name in ("one", "two"):
        to_parquet(COMPAS, tmp_path / name, found, mapping)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2", "0"], ColumnType.INTEGER),
        (["1", "2.5", "1e3"], ColumnType.DECIMAL),
        (["true", "False"], ColumnType.BOOLEAN),
        (["2026-11-24", "2026-11-24T02:00:00Z"], ColumnType.DATE),
        (["", ""], ColumnType.EMPTY),
        (["01", "02"], ColumnType.TEXT),
        (["1", "true"], ColumnType.TEXT),
        (["true", "1"], ColumnType.TEXT),
        (["1", "x"], ColumnType.TEXT),
    ],
)
def test_the_type_of_a_column_is_what_all_its_values_are(
    tmp_path: Path, cells: list[str], expected: ColumnType
) -> None:
    _, found = _read(tmp_path, "a,b\n" + "".join(f"{cell},x\n" for cell in cells))

    assert found.columns[0].inferred_type is expected


def test_facts_of_the_bytes_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(b"\xef\xbb\xbfa;b\r\n1;2\r\n")

    found = preflight(source, filename="../x.csv")

    assert (found.bom, found.line_end, found.delimiter, found.size, found.label) == (True, "\r\n", ";", 13, "x.csv")
    # sha256sum of the same bytes
    assert found.sha256 == "d6188cfaa8fbf2a8e654f9fb18b35454644600070dd7eda09e2984839ef13917"


def test_empty_parquet_text_is_a_missing_value(tmp_path: Path) -> None:
    sink = io.BytesIO()
    pl.DataFrame({"y": ["1", "0", ""], "p": ["1", "0", "1"]}).write_parquet(sink)
    (tmp_path / "upload").write_bytes(sink.getvalue())
    found = preflight(tmp_path / "upload", filename="x.parquet")

    with pytest.raises(Unreadable, match="line 4, column “y”: the value is missing"):
        declare(tmp_path / "upload", found, ColumnMapping(label="y", prediction="p", positive_label="1"))


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
def test_every_encoding_of_parquet_text_is_read(tmp_path: Path, encoding: str) -> None:
    texts = [f"value {row % 700}" for row in range(1_500)]
    table = pl.DataFrame({"a": texts}).to_arrow()
    pq.write_table(table, tmp_path / "upload", use_dictionary=False, column_encoding={"a": encoding})
    found = preflight(tmp_path / "upload", filename="x.parquet")

    to_parquet(tmp_path / "upload", tmp_path / "table.parquet", found, ColumnMapping())

    assert (found.rows, found.columns[0].distinct) == (1_500, 700)
    assert pl.read_parquet(tmp_path / "table.parquet")["a"].to_list() == texts
