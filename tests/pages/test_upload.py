"""Upload: every kind of evidence by its own form, and what a person reads when a file is refused."""

import json
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from app.composition import Workplace
from app.launch import ROOT
from core.access.rules import Actor
from core.validation.intake import hand_in
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence, Run
from core.validation.uploads import ColumnMapping
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, button, column, today, words

SCENARIOS = ROOT / "app" / "example" / "data" / "employment_scenarios.json"
ROWS = "case,label,prediction,sex,age,amount\n" + "".join(
    f"{row},{row % 2},{row // 2 % 2},{'FM'[row % 3 == 0]},{20 + row % 50},{row * 7 % 90}\n" for row in range(80)
)
NUMBERS = "case,target,predicted,sex,age\n" + "".join(
    f"{row},{row * 1.5},{row * 1.4},{'FM'[row % 3 == 0]},{20 + row % 50}\n" for row in range(80)
)
PREDICTIONS = ColumnMapping(label="label", prediction="prediction", positive_label="1", row_id="case")


def drop(at: AppTest, name: str, content: str) -> AppTest:
    """Choose this file, as a person drops it."""
    at.file_uploader[0].upload(name, content.encode(), "application/octet-stream").run()
    assert not at.exception, at.exception[0].message
    return at


def uploading(desk: Desk, person: Actor, model: str, kind: EvidenceKind) -> AppTest:
    said = kind.value[:1].upper() + kind.value[1:]
    return desk.open(person, "upload", model=model, **({} if kind is EvidenceKind.PREDICTIONS else {"kind": said}))


def held(place: Workplace) -> list[Evidence]:
    with place.store.reading() as session:
        return list(session.exec(select(Evidence).order_by(Evidence.number)).all())


def mapping_of(row: Evidence) -> ColumnMapping:
    return ColumnMapping.from_json(row.mapping)


@pytest.fixture
def model(place: Workplace, cast: Cast) -> str:
    return a_version(place.store, cast)[0]


@pytest.fixture
def with_predictions(place: Workplace, cast: Cast, model: str, tmp_path: Path) -> str:
    source = tmp_path / "predictions.csv"
    source.write_text(ROWS)
    hand_in(
        place.store, place.ledger, place.files, model=model, version="1.0.0", source=source, filename="predictions.csv",
        mapping=PREDICTIONS, declared={}, actor=cast.developer, at=today(),
    )  # fmt: skip
    return model


def test_predictions_are_asked_for_first_and_nothing_is_at_hand(desk: Desk, cast: Cast, model: str) -> None:
    at = desk.open(cast.developer, "upload", model=model)

    assert (at.radio[0].label, at.radio[0].value) == ("What do you hand in?", EvidenceKind.PREDICTIONS)
    assert len(at.radio[0].options) == len(EvidenceKind)
    assert at.file_uploader[0].label == "Predictions, CSV or Parquet, up to 200 MB"
    assert "Nothing is handed in yet." in words(at)


def test_predictions_are_validated_at_once_and_say_no_more_than_was_said(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    at = drop(desk.open(cast.developer, "upload", model=model), "predictions.csv", ROWS)
    button(at, "Hand in and validate").click().run()

    (kept,) = held(place)
    assert mapping_of(kept) == ColumnMapping(
        label="label", prediction="prediction", positive_label="1", sensitive=("sex", "age")
    )
    with place.store.reading() as session:
        assert session.exec(select(Run.number)).all() == ["R0001"]


def test_a_model_that_predicts_a_number_has_no_positive_label(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    at = drop(desk.open(cast.developer, "upload", model=model), "prices.csv", NUMBERS)

    assert at.selectbox(key="upload_task").value == "regression"
    assert not [one.label for one in at.selectbox if "abel" in one.label and not one.label.startswith("Label")]
    button(at, "Hand in and validate").click().run()

    (kept,) = held(place)
    said = mapping_of(kept)
    assert (said.task, said.label, said.prediction, said.positive_label) == ("regression", "target", "predicted", "")


def test_several_classes_have_a_probability_each_and_may_have_a_positive_label(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    content = "label,prediction,p_a,p_b,p_c\n" + "".join(
        f"{'abc'[row % 3]},{'abc'[row % 2]},0.5,0.3,0.2\n" for row in range(60)
    )
    at = drop(desk.open(cast.developer, "upload", model=model), "flowers.csv", content)

    assert at.selectbox(key="upload_task").value == "multiclass"
    assert "Favourable outcome for the person" not in [one.label for one in (*at.radio, *at.selectbox)]
    button(at, "Hand in and validate").click().run()

    said = mapping_of(held(place)[0])
    assert (said.task, said.positive_label) == ("multiclass", "")
    assert said.probabilities == ("a=p_a", "b=p_b", "c=p_c")


def test_inputs_are_those_that_the_training_data_knows_too(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    at = drop(uploading(desk, cast.developer, model, EvidenceKind.TRAINING), "train.csv", ROWS)
    button(at, "Hand in").click().run()
    at = drop(desk.open(cast.developer, "upload", model=model), "predictions.csv", ROWS)

    assert at.multiselect(key="upload_features").value == ["case", "amount"]
    assert "sex" in at.multiselect(key="upload_features").options


def test_training_data_says_nothing_of_its_columns_and_asks_for_another_validation(
    desk: Desk, cast: Cast, place: Workplace, with_predictions: str
) -> None:
    at = drop(uploading(desk, cast.developer, with_predictions, EvidenceKind.TRAINING), "train.csv", ROWS)
    assert not at.selectbox
    button(at, "Hand in").click().run()

    kept = held(place)[-1]
    assert (kept.kind, kept.rows, mapping_of(kept).label) == (EvidenceKind.TRAINING, 80, None)
    assert "E0002 is on record: training data, ledger entry" in words(at)
    assert column(at, "What") == ["Predictions", "Training data"]
    assert "No finished validation judged exactly these files." in words(at)
    with place.store.reading() as session:
        assert session.exec(select(Run.number)).all() == []


def test_scenarios_are_shown_by_name_and_kind(desk: Desk, cast: Cast, place: Workplace, with_predictions: str) -> None:
    at = uploading(desk, cast.developer, with_predictions, EvidenceKind.SCENARIOS)
    assert at.file_uploader[0].label == "Scenarios, JSON, up to 1 MB"

    drop(at, "scenarios.json", SCENARIOS.read_text())
    assert column(at, "Scenario", table=1)[0] == "Everybody five years older"
    assert column(at, "Kind", table=1) == ["Shift", "Missing", "Extreme", "Reweight"]
    button(at, "Hand in").click().run()

    assert (held(place)[-1].kind, held(place)[-1].rows) == (EvidenceKind.SCENARIOS, 4)


def test_attributions_say_their_features_and_whose_row_it_is(
    desk: Desk, cast: Cast, place: Workplace, with_predictions: str
) -> None:
    content = json.dumps([{"case_id": row, "age": row / 7, "amount": -row / 9} for row in range(30)])
    at = uploading(desk, cast.developer, with_predictions, EvidenceKind.ATTRIBUTIONS)
    drop(at, "shap.json", content)

    assert "2 features**, one column for each feature: age, amount" in words(at)
    assert at.selectbox(key="upload_row_id").value == "case_id"
    button(at, "Hand in").click().run()

    kept = held(place)[-1]
    assert (kept.kind, kept.rows, mapping_of(kept).row_id) == (EvidenceKind.ATTRIBUTIONS, 30, "case_id")


def test_attributions_that_are_no_numbers_are_refused_with_the_place(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    content = json.dumps([{"row_id": 1, "age": 0.5}, {"row_id": 2, "age": None}])
    at = drop(uploading(desk, cast.developer, model, EvidenceKind.ATTRIBUTIONS), "shap.json", content)

    assert column(at, "What") == ["a value is no finite number"]
    assert column(at, "Column") == ["age"]
    assert "Nothing was stored." in words(at)
    assert "Hand in" not in [one.label for one in at.button]
    assert held(place) == []
    assert list((place.settings.data_dir / "incoming").iterdir()) == []


def test_json_that_is_broken_is_refused_with_its_line(desk: Desk, cast: Cast, model: str) -> None:
    at = drop(uploading(desk, cast.developer, model, EvidenceKind.SCENARIOS), "scenarios.json", '[\n{"name": \n')

    assert "Nothing was stored." in words(at)
    assert column(at, "Line") != ["–"]


def test_perturbed_predictions_need_row_number_and_scenario(
    desk: Desk, cast: Cast, place: Workplace, with_predictions: str
) -> None:
    content = "case,disturbed,prediction\n" + "".join(f"{row},noise,{row % 2}\n" for row in range(80))
    at = uploading(desk, cast.developer, with_predictions, EvidenceKind.PERTURBED)
    drop(at, "noise.csv", content)

    assert "no scenario column is named" in words(at)
    assert button(at, "Hand in").disabled
    at.selectbox(key="upload_scenario").set_value("disturbed").run()
    button(at, "Hand in").click().run()

    said = mapping_of(held(place)[-1])
    assert (said.row_id, said.scenario, said.prediction, said.label) == ("case", "disturbed", "prediction", None)


def test_a_baseline_is_read_with_the_columns_of_the_predictions(
    desk: Desk, cast: Cast, place: Workplace, with_predictions: str
) -> None:
    at = drop(uploading(desk, cast.developer, with_predictions, EvidenceKind.BASELINE), "baseline.csv", ROWS)
    assert "Favourable outcome for the person" not in [one.label for one in (*at.radio, *at.selectbox)]
    button(at, "Hand in").click().run()

    kept = held(place)[-1]
    said = mapping_of(kept)
    assert (kept.kind, said.label, said.prediction, said.row_id) == (
        EvidenceKind.BASELINE, "label", "prediction", "case",
    )  # fmt: skip


def test_personal_data_in_training_data_stops_it_until_a_reason_is_given(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    content = "mail,age\n" + "".join(f"person{row}@example.org,{row % 50}\n" for row in range(30))
    at = drop(uploading(desk, cast.developer, model, EvidenceKind.TRAINING), "train.csv", content)
    assert button(at, "Hand in").disabled

    at.multiselect(key="upload_sensitive").set_value(["mail"]).run()
    at.text_input(key="upload_reason_mail").set_value("Needed to join the two files").run()
    button(at, "Hand in").click().run()

    assert json.loads(held(place)[0].declared) == {"mail": "Needed to join the two files"}


def test_a_bias_audit_is_declared_by_a_person_and_never_by_a_guess(
    desk: Desk, cast: Cast, place: Workplace, model: str
) -> None:
    at = drop(desk.open(cast.developer, "upload", model=model), "predictions.csv", ROWS)
    assert "Sex, for the bias audit" not in [one.label for one in at.selectbox]

    at.checkbox(key="upload_audit").check().run()
    assert at.selectbox(key="upload_audit_sex").value == "sex"
    at.text_input(key="upload_audit_because").set_value(" Too few to compare ").run()
    button(at, "Hand in and validate").click().run()

    said = mapping_of(held(place)[0])
    assert (said.audit_sex, said.audit_race, said.audit_because) == ("sex", None, "Too few to compare")
