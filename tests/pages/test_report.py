"""Validation report and comparison: every part of a rich run, and what stands there while there is nothing to read."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from app.composition import Workplace, open_workplace
from app.settings import PREFIX, load
from core.validation.rules import RunStatus
from core.validation.runs import start
from core.validation.tables import Run
from tests.builders import NOON, Cast, a_version
from tests.pages.desk import Desk, button, column, words
from tests.validation.conftest import Bench
from tests.validation.reproducible import a_run

PARTS = {
    "Summary": ("What was checked", "Not judged", "countersign reproduce R0002"),
    "Data quality": ("Missing", "training"),
    "Performance": ("Balanced accuracy", "baseline", "last approved version"),
    "Fairness": ("sex",),
    "Bias audit": ("Local Law 144",),
    "Drift": ("income",),
    "Reasons": ("income", "age", "region"),
    "Robustness": ("income 10 % lower", "more women"),
}


@dataclass(frozen=True)
class Rich:
    """An installation in which R0001 judged an approved version and R0002 the next one, with every kind of file."""

    folder: Path
    bench: Bench


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Rich:
    folder = tmp_path_factory.mktemp("rich")
    opened = open_workplace(load({f"{PREFIX}DATA_DIR": str(folder)}), installed_at=NOON)
    bench = a_run(opened.store, opened.ledger, opened.settings.data_dir)
    opened.store.close()
    return Rich(folder, bench)


@pytest.fixture
def installation(rich: Rich) -> Path:
    """What the workplace of each test is copied from."""
    return rich.folder


@pytest.fixture
def cast(rich: Rich) -> Cast:
    return rich.bench.cast


def everything_said(at: AppTest) -> str:
    """Text, tables, code and the labels of what can be opened."""
    more = [*(one.value for one in at.code), *(one.label for one in at.expander), *(one.value for one in at.caption)]
    return words(at) + "\n" + "\n".join(more)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_a_rich_run_is_shown(desk: Desk, cast: Cast, part: str) -> None:
    at = desk.open(cast.validator, "report", run="R0002", part=part)

    said = everything_said(at)
    assert [text for text in PARTS[part] if text.lower() not in said.lower()] == [], said
    assert [one.label for one in at.tabs] == [*PARTS, "Sensitive attributes"]


def test_the_verdict_stands_above_every_part(desk: Desk, cast: Cast) -> None:
    said = words(desk.open(cast.auditor, "report", run="R0002"))

    assert "Validation R0002" in said
    assert "required checks without enough evidence" in said  # 60 rows carry no verdict
    assert "not judged. 60 cases of predictions.csv, under Model governance 2026.1" in said


def test_a_family_that_was_not_checked_says_so(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.auditor, "report", run="R0002")

    families = dict(zip(column(at, "Family"), column(at, "Result"), strict=True))
    assert len(families) == 7
    assert all(result for result in families.values())


def test_the_inputs_of_both_versions_stand_with_their_numbers(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.auditor, "report", run="R0002")

    table = next(one.value for one in at.table if "Table digest" in one.value.columns)
    assert [str(cell).replace("\u00a0", " ") for cell in table["What"]][:3] == [
        "predictions",
        "training data",
        "reference data",
    ]
    assert [str(cell).replace("\\", "") for cell in table["Of"]][-2:] == ["version 1.0.0"] * 2


def a_waiting_run(place: Workplace, rich: Rich) -> str:
    """R0003 on another version, which nobody performs."""
    bench = rich.bench
    a_version(place.store, bench.cast, model=bench.model, version="1.2.0")
    moved = Bench(place.store, place.ledger, place.files, bench.cast, place.settings.data_dir, bench.model, "1.2.0")
    moved.hand_in("label,prediction,sex,case\n" + "".join(f"{n % 2},{n % 2},{'FM'[n % 2]},{n}\n" for n in range(9)))
    return start(
        place.store, place.ledger, model=bench.model, version="1.2.0", actor=bench.cast.developer, at=NOON
    ).run  # fmt: skip


def settle(place: Workplace, number: str, status: RunStatus, **values: str | int) -> None:
    with place.store.transaction() as tx:
        run = tx.session.exec(select(Run).where(Run.number == number)).one()
        run.status = status
        for name, value in values.items():
            setattr(run, name, value)
        tx.session.add(run)


def test_a_run_under_way_shows_its_step_and_can_be_cancelled(
    desk: Desk, cast: Cast, place: Workplace, rich: Rich
) -> None:
    number = a_waiting_run(place, rich)
    settle(place, number, RunStatus.RUNNING, step="Measuring drift", steps_done=5)
    at = desk.open(cast.developer, "report", run=number)
    assert "Measuring drift" in words(at)
    assert not at.tabs

    button(at, "Cancel the validation").click().run()

    assert not at.exception
    assert "cancelled, so there is nothing to read" in words(at)
    with place.store.reading() as session:
        run = session.exec(select(Run).where(Run.number == number)).one()
    assert run.status is RunStatus.CANCELLED


def test_who_may_not_start_a_validation_may_not_cancel_one(
    desk: Desk, cast: Cast, place: Workplace, rich: Rich
) -> None:
    at = desk.open(cast.auditor, "report", run=a_waiting_run(place, rich))

    assert "queued" in words(at).lower()
    assert [one.label for one in at.button if "Cancel" in one.label] == []


def test_a_failed_run_says_why(desk: Desk, cast: Cast, place: Workplace, rich: Rich) -> None:
    number = a_waiting_run(place, rich)
    settle(place, number, RunStatus.FAILED, error="line 3, column “score”: no number :red-badge[OWNED]")

    said = words(desk.open(cast.validator, "report", run=number))

    assert "The validation failed: line 3" in said
    assert ":red-badge[OWNED]" not in said.replace("\u2060", "|")  # parted by an invisible sign, so it stays text


@pytest.mark.parametrize("page", ["report", "comparison"])
@pytest.mark.parametrize("number", ["R0099", "", ":red-badge[OWNED]"])
def test_an_unknown_run_is_said_in_words(desk: Desk, cast: Cast, page: str, number: str) -> None:
    at = desk.open(cast.auditor, page, run=number)

    said = "\n".join([*(one.value for one in at.error), words(at), *(one.value for one in at.info)])
    assert ("There is no" if number else "The address names no") in said


def test_a_comparison_sets_each_figure_beside_the_one_of_the_approved_version(desk: Desk, cast: Cast) -> None:
    at = desk.open(cast.validator, "comparison", run="R0002", against="R0001")

    said = words(at)
    assert "Validation R0002 beside another" in said
    columns = [str(name).replace("\\", "") for name in at.table[0].value.columns]
    assert columns[:4] == ["Family", "Check", "R0001, v1.0.0", "R0002, v1.1.0"]
    assert "Balanced accuracy" in "\n".join(column(at, "Check"))
    inputs = dict(zip(column(at, "What", 1), column(at, "Same", 1), strict=True))
    assert (inputs["predictions"], inputs["training data"], inputs["policy"]) == ("no", "no", "yes")


def test_without_another_validation_there_is_nothing_to_compare(
    desk: Desk, cast: Cast, place: Workplace, rich: Rich
) -> None:
    at = desk.open(cast.auditor, "comparison", run=a_waiting_run(place, rich))

    assert "There is nothing to compare." in everything_said(at)
