"""What is monitored of a model is declared once for all files, and reference data come from either place."""

from dataclasses import replace

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from core.access.rules import Role
from core.errors import Conflict, NotFound, Refused, Unreadable
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.queries import declared_of
from core.monitoring.intake.reading import mapping_of, reference_rows
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.policy.rules import Task
from core.validation.intake import hand_in
from core.validation.uploads import ColumnMapping
from tests.builders import NOON, a_version, an_actor
from tests.production_data.conftest import Line, inferences

DATA = MonitoredData(positive_label="1", features=("income", "region"), sensitive=("sex",))


def declare(line: Line, data: MonitoredData = DATA, *, revision: int = 0, **given: object) -> int:
    wanted = {"actor": line.cast.owner, "at": NOON, **given}
    return declare_monitored(
        line.store,
        line.ledger,
        model=line.model,
        data=data,
        expected_revision=revision,
        **wanted,  # type: ignore[arg-type]
    )


def reference(line: Line) -> dict[str, list[object]]:
    with line.store.reading() as session:
        found: dict[str, list[object]] = reference_rows(session, line.files, line.model, "production").to_pydict()
    return found


def test_a_declaration_is_kept_and_changed_by_revision(line: Line) -> None:
    declare(line)
    changed = replace(DATA, categorical=("region",), because={"sex": "Groups are compared by it."})

    assert declare(line, changed, revision=1) == 2
    with pytest.raises(Conflict, match="What is monitored changed meanwhile"):
        declare(line, revision=1)
    with line.store.reading() as session:
        found = declared_of(session, line.model, "production")
        assert found is not None
        assert (found.data, found.revision, found.by) == (changed, 2, line.cast.owner.id)
        assert mapping_of(session, line.model, "production") == changed


CONTRADICTIONS = [
    (replace(DATA, positive_label=""), "no positive label is named"),
    (replace(DATA, features=("score",)), "a feature has the name of another column"),
    (replace(DATA, sensitive=("sex", "sex")), "a sensitive attribute is named twice"),
    (replace(DATA, categorical=("age",)), "a category is not among the features"),
    (replace(DATA, because={"income": "It is needed."}), "no sensitive attribute"),
    (replace(DATA, reference="PB0001"), "not reference data of this model"),
    (replace(DATA, label="prediction"), "the label has the name of another column"),
]


def test_a_declaration_that_contradicts_itself_is_refused(small_line: Line) -> None:
    for data, words in CONTRADICTIONS:
        with pytest.raises(Unreadable, match=words):
            declare(small_line, data)


def test_who_may_not_edit_the_model_may_not_declare(small_line: Line) -> None:
    with pytest.raises(Refused):
        declare(small_line, actor=an_actor("P0009", Role.VALIDATOR))
    with pytest.raises(NotFound, match="environment"):
        declare(small_line, environment="nowhere")


def test_features_are_what_is_declared_or_what_has_no_other_meaning() -> None:
    columns = ("id", "at", "income", "sex", "region", "score", "outcome")

    assert DATA.features_among(columns) == ("income", "region")
    assert replace(DATA, features=(), label="outcome").features_among(columns) == ("income", "region")


def test_the_label_has_the_name_that_is_declared(small_line: Line) -> None:
    declare(small_line, replace(DATA, label="repaid"))
    small_line.inferences(2)
    small_line.take(BatchKind.LABELS, pa.table({"id": ["i-00000", "i-00001"], "repaid": [1, 0]}))

    assert small_line.all()["label"] == ["1", "0"]
    with pytest.raises(Unreadable, match="column “repaid”: column is missing"):
        small_line.take(BatchKind.LABELS, pa.table({"id": ["i-00000"], "outcome": [1]}))


def test_in_regression_outcomes_are_numbers(small_line: Line) -> None:
    declare(small_line, replace(DATA, task=Task.REGRESSION, positive_label=""))
    small_line.inferences(2, prediction=[1, 2])
    small_line.labels(1, label=["1.50"])

    rows = small_line.all()

    assert (rows["prediction"], rows["label"]) == ([1.0, 2.0], [1.5, None])


def test_the_newest_reference_counts_unless_another_is_declared(small_line: Line) -> None:
    assert reference(small_line)["id"] == []
    for score in ([0.1, 0.2], [0.3, 0.4]):
        small_line.take(BatchKind.REFERENCE, inferences(2, score=score, label=[1, 0]))

    assert reference(small_line)["score"] == [0.3, 0.4]
    declare(small_line, replace(DATA, reference="PB0001"))
    assert reference(small_line)["score"] == [0.1, 0.2]
    assert reference(small_line)["label"] == ["1", "0"]


def test_reference_data_may_be_the_evidence_of_a_validation(small_line: Line, tmp_path: object) -> None:
    line = replace(small_line, version="2.0.0")
    a_version(line.store, line.cast, model=line.model, version="2.0.0")
    source = line.files.folder / "predictions.csv"
    source.write_text("case,y,guess,income\n" + "".join(f"c{n},{n % 2},{n % 3 % 2},{n * 7}\n" for n in range(20)))
    handed = hand_in(
        line.store,
        line.ledger,
        line.files,
        model=line.model,
        version="2.0.0",
        source=source,
        filename="predictions.csv",
        mapping=ColumnMapping(label="y", prediction="guess", row_id="case", positive_label="1"),
        declared={},
        actor=line.cast.developer,
        at=NOON,
    )
    declare(line, replace(DATA, features=("income",), reference=handed.evidence))

    found = reference(line)

    assert found["label"][:3] == ["0", "1", "0"]
    assert found["prediction"][:3] == ["0", "1", "0"]
    assert found["income"][:3] == [0, 7, 14]
    assert found["at"][:1] == [None]
